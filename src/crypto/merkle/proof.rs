//! Proofs: which nodes they are made of (RFC 6962 section 2.1.1 and 2.1.2) and how they are checked (RFC 9162 section
//! 2.1.3.2 and 2.1.4.2).

use super::{Hash, NodeId, cover, node_hash};
use crate::error::{ErrorCode, Result};

/// The nodes of the audit path of leaf `index` in a tree of `size` leaves, leaf to root. Each element of the proof is
/// the [`super::fold`] of one group.
pub fn inclusion_path(index: u64, size: u64) -> Result<Vec<Vec<NodeId>>> {
    if index >= size {
        return Err(ErrorCode::InvalidParameter.because("the tree has no such leaf"));
    }
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let split = from + largest_power_below(to - from);
        if index < split {
            path.push(cover(split, to));
            to = split;
        } else {
            path.push(cover(from, split));
            from = split;
        }
    }
    path.reverse();
    Ok(path)
}

/// The nodes of the proof that a tree of `new` leaves continues the one of its first `old`. Empty when `old` is nothing
/// or all of it.
pub fn consistency_path(old: u64, new: u64) -> Result<Vec<Vec<NodeId>>> {
    if old > new {
        return Err(ErrorCode::InvalidParameter.because("the older tree is the larger one"));
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut from, mut to, mut path) = (0, new, Vec::new());
    while to != old {
        let split = from + largest_power_below(to - from);
        if old <= split {
            path.push(cover(split, to));
            to = split;
        } else {
            path.push(cover(from, split));
            from = split;
        }
    }
    // The verifier holds the old root already: it is sent only where the old tree is not one complete subtree.
    if from != 0 {
        path.push(cover(from, to));
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `n`, for `n` of two or more.
fn largest_power_below(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Whether `leaf` stands at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the tree of `new` leaves with `new_root` continues the one of `old` leaves with `old_root`: nothing that was
/// in the old one has been changed, removed or moved.
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    if old == 0 || old >= new {
        return path.is_empty()
            && ((old == 0 && *old_root == super::empty_root()) || (old == new && old_root == new_root));
    }
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let Some((first, rest)) = path.split_first() else { return false };
        (first, rest)
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for node in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            from_old = node_hash(node, &from_old);
            from_new = node_hash(node, &from_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, node);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

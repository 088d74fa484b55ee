//! The Merkle tree of RFC 6962 (section 2.1) over SM3: the shape of the audit log.
//!
//! A leaf is hashed with the prefix 0x00 and a node with 0x01, so that no leaf can pass for a node. A tree of `n` leaves
//! splits at the largest power of two below `n`; every complete subtree, once made, never changes. Three users:
//!
//! - the sealer holds a [`Frontier`]: O(log n) memory, appends and roots, and tells which nodes to store;
//! - whoever answers a proof asks [`inclusion_path`] or [`consistency_path`] which stored nodes it needs, reads them by
//!   [`NodeId`], and [`fold`]s each group: no trait, so the reading may be async;
//! - [`MerkleTree`] keeps everything in memory: for tests, small logs and offline verifiers.

mod proof;
#[cfg(test)]
mod tests;

pub use proof::{consistency_path, inclusion_path, verify_consistency, verify_inclusion};

use super::sm3;
use crate::error::{ErrorCode, Result};

/// A node's or a leaf's hash.
pub type Hash = sm3::Digest;

/// A complete subtree: the one of `2^level` leaves that begins at leaf `index · 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    pub level: u8,
    pub index: u64,
}

/// The hash of a leaf's content.
pub fn leaf_hash(content: &[u8]) -> Hash {
    let mut hash = sm3::Sm3::new();
    hash.update(&[0]);
    hash.update(content);
    hash.finalize()
}

/// The hashes of many leaves' contents, several at a time.
pub fn leaf_hashes(contents: &[&[u8]]) -> Vec<Hash> {
    sm3::digest_each(Some(0), contents)
}

/// The hash of a node from those of its children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hash = sm3::Sm3::new();
    hash.update(&[1]);
    hash.update(left);
    hash.update(right);
    hash.finalize()
}

/// The root of a tree without leaves: SM3 of nothing.
pub fn empty_root() -> Hash {
    sm3::digest(&[])
}

/// The hash over neighbouring complete subtrees, given from left to right in falling size; `None` of none.
pub fn fold(subtrees: &[Hash]) -> Option<Hash> {
    subtrees.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}

/// The complete subtrees that cover the leaves `from..to`, left to right; `from` is a multiple of a power of two that
/// is at least as large as the range, as it is for every range of a proof.
fn cover(from: u64, to: u64) -> Vec<NodeId> {
    let mut out = Vec::new();
    let mut at = from;
    while at < to {
        let level = (to - at).ilog2();
        out.push(NodeId { level: level as u8, index: at >> level });
        at += 1 << level;
    }
    out
}

/// The right edge of a growing tree: the roots of its complete subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Of a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// As stored; `crypto.data_altered` when there are not as many peaks as a tree of that size has.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Result<Self> {
        if peaks.len() == size.count_ones() as usize {
            Ok(Frontier { size, peaks })
        } else {
            Err(ErrorCode::DataAltered.because("a Merkle frontier with the wrong number of peaks"))
        }
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf's hash. Returns the nodes that it completes, the leaf first: store them to answer proofs.
    pub fn append(&mut self, leaf: Hash) -> Vec<(NodeId, Hash)> {
        let (mut id, mut hash) = (NodeId { level: 0, index: self.size }, leaf);
        let mut completed = vec![(id, hash)];
        // As many peaks merge as the old size has trailing ones: adding a leaf is adding one in binary.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
                id = NodeId { level: id.level + 1, index: id.index >> 1 };
                completed.push((id, hash));
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(empty_root)
    }
}

/// A tree with every node in memory, 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    levels: Vec<Vec<Hash>>,
    frontier: Frontier,
}

impl MerkleTree {
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Appends a leaf's hash; returns its index.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        let index = self.size();
        for (id, hash) in self.frontier.append(leaf) {
            let level = usize::from(id.level);
            if self.levels.len() <= level {
                self.levels.resize_with(level + 1, Vec::new);
            }
            if let Some(nodes) = self.levels.get_mut(level) {
                nodes.push(hash);
            }
        }
        index
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The root when the tree had `size` leaves; `request.invalid_parameter` when it never had as many.
    pub fn root_at(&self, size: u64) -> Result<Hash> {
        self.has(size)?;
        if size == 0 { Ok(empty_root()) } else { self.hash(&cover(0, size)) }
    }

    /// The audit path of leaf `index` in the tree of the first `size` leaves.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>> {
        self.has(size)?;
        inclusion_path(index, size)?.iter().map(|group| self.hash(group)).collect()
    }

    /// The proof that the tree of `new` leaves continues the one of `old`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        self.has(new)?;
        consistency_path(old, new)?.iter().map(|group| self.hash(group)).collect()
    }

    fn has(&self, size: u64) -> Result<()> {
        if size <= self.size() { Ok(()) } else { Err(ErrorCode::InvalidParameter.because("the tree has fewer leaves")) }
    }

    fn hash(&self, group: &[NodeId]) -> Result<Hash> {
        let missing = || ErrorCode::Internal.because("a node of the tree is missing");
        let node = |id: &NodeId| {
            let nodes = self.levels.get(usize::from(id.level))?;
            nodes.get(usize::try_from(id.index).ok()?).copied()
        };
        let hashes: Vec<Hash> = group.iter().map(node).collect::<Option<_>>().ok_or_else(missing)?;
        fold(&hashes).ok_or_else(missing)
    }
}

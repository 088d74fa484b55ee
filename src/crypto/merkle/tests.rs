use super::*;
use proptest::prelude::*;

/// RFC 6962 section 2.1, word for word: the twin that the real tree is compared with.
mod naive {
    use super::super::{Hash, empty_root, node_hash};

    fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub fn root(d: &[Hash]) -> Hash {
        match d {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let k = split(d.len());
                node_hash(&root(&d[..k]), &root(&d[k..]))
            }
        }
    }

    pub fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let k = split(d.len());
        let (mut path, last) =
            if m < k { (path(m, &d[..k]), root(&d[k..])) } else { (path(m - k, &d[k..]), root(&d[..k])) };
        path.push(last);
        path
    }

    pub fn proof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
        if m == d.len() {
            return if whole { Vec::new() } else { vec![root(d)] };
        }
        let k = split(d.len());
        let (mut proof, last) = if m <= k {
            (proof(m, &d[..k], whole), root(&d[k..]))
        } else {
            (proof(m - k, &d[k..], false), root(&d[..k]))
        };
        proof.push(last);
        proof
    }
}

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn tree(leaves: &[Hash]) -> MerkleTree {
    let mut tree = MerkleTree::new();
    leaves.iter().for_each(|leaf| {
        tree.append(*leaf);
    });
    tree
}

#[test]
fn roots_paths_and_proofs_of_every_small_tree_are_those_of_the_rfc() {
    let leaves = leaves(70);
    let whole = tree(&leaves);
    let mut growing = Frontier::new();
    for n in 0..=leaves.len() {
        let d = &leaves[..n];
        let root = naive::root(d);
        assert_eq!(whole.root_at(n as u64).unwrap(), root);
        assert_eq!(growing.root(), root);
        assert_eq!(Frontier::from_parts(n as u64, growing.peaks().to_vec()).unwrap(), growing);
        for m in 0..n {
            let path = whole.inclusion(m as u64, n as u64).unwrap();
            assert_eq!(path, naive::path(m, d), "path of {m} in {n}");
            assert!(verify_inclusion(&d[m], m as u64, n as u64, &path, &root));
        }
        for old in 0..=n {
            let proof = whole.consistency(old as u64, n as u64).unwrap();
            if old > 0 {
                assert_eq!(proof, naive::proof(old, d, true), "proof of {old} in {n}");
            }
            assert!(verify_consistency(old as u64, &naive::root(&d[..old]), n as u64, &root, &proof));
        }
        if let Some(leaf) = leaves.get(n) {
            growing.append(*leaf);
        }
    }
}

#[test]
fn the_nodes_that_a_frontier_tells_are_enough_for_every_proof() {
    let leaves = leaves(33);
    let (mut frontier, mut stored) = (Frontier::new(), std::collections::HashMap::new());
    for leaf in &leaves {
        stored.extend(frontier.append(*leaf));
    }
    for index in 0..33 {
        for group in inclusion_path(index, 33).unwrap() {
            assert!(group.iter().all(|id| stored.contains_key(id)));
        }
    }
    assert_eq!(stored.len(), 33 + 16 + 8 + 4 + 2 + 1);
}

#[test]
fn what_a_tree_does_not_have_is_refused() {
    let tree = tree(&leaves(5));
    assert!(tree.root_at(6).is_err());
    assert!(tree.inclusion(5, 5).is_err());
    assert!(tree.inclusion(5, 6).is_err());
    assert!(tree.consistency(4, 6).is_err());
    assert!(tree.consistency(4, 3).is_err());
    assert!(Frontier::from_parts(5, vec![[0; 32]; 3]).is_err());
}

#[test]
fn a_leaf_does_not_pass_for_a_node() {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    assert_ne!(leaf_hash(&[a, b].concat()), node_hash(&a, &b));
}

#[test]
fn published_shape_of_seven_leaves() {
    // RFC 6962 section 2.1.3: with d0 … d6, the path of d3 is [c, g, l] and of d6 is [i, k]; 3 → 7 is [c, d, g, l].
    let d = leaves(7);
    let tree = tree(&d);
    let (g, h, i) = (node_hash(&d[0], &d[1]), node_hash(&d[2], &d[3]), node_hash(&d[4], &d[5]));
    let (k, l) = (node_hash(&g, &h), node_hash(&i, &d[6]));
    assert_eq!(tree.inclusion(3, 7).unwrap(), [d[2], g, l]);
    assert_eq!(tree.inclusion(6, 7).unwrap(), [i, k]);
    assert_eq!(tree.consistency(3, 7).unwrap(), [d[2], d[3], g, l]);
    assert_eq!(tree.root(), node_hash(&k, &l));
}

proptest! {
    #[test]
    fn larger_trees_are_those_of_the_rfc_too(n in 71usize..600, m in any::<proptest::sample::Index>(), old in any::<proptest::sample::Index>()) {
        let d = leaves(n);
        let (tree, m, old) = (tree(&d), m.index(n), old.index(n) + 1);
        prop_assert_eq!(tree.root(), naive::root(&d));
        prop_assert_eq!(tree.inclusion(m as u64, n as u64).unwrap(), naive::path(m, &d));
        prop_assert_eq!(tree.consistency(old as u64, n as u64).unwrap(), naive::proof(old, &d, true));
    }

    #[test]
    fn a_forged_proof_does_not_verify(n in 2u64..200, m in any::<proptest::sample::Index>(), at in any::<proptest::sample::Index>(), bit in 0usize..256) {
        let d = leaves(n as usize);
        let (tree, m) = (tree(&d), m.index(n as usize) as u64);
        let (root, leaf) = (tree.root(), d[m as usize]);
        let path = tree.inclusion(m, n).unwrap();
        let mut forged = path.clone();
        let element = at.index(forged.len());
        forged[element][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!verify_inclusion(&leaf, m, n, &forged, &root));
        prop_assert!(!verify_inclusion(&leaf, (m + 1) % n, n, &path, &root));
        prop_assert!(!verify_inclusion(&leaf_hash(b"other"), m, n, &path, &root));
        prop_assert!(!verify_inclusion(&leaf, m, n, &path[1..], &root));
        prop_assert!(!verify_inclusion(&leaf, m, n, &[&path[..], &[root]].concat(), &root));
    }

    #[test]
    fn a_rewritten_log_is_not_consistent(n in 2u64..200, old in any::<proptest::sample::Index>(), changed in any::<proptest::sample::Index>()) {
        let mut d = leaves(n as usize);
        let old = old.index(n as usize - 1) as u64 + 1;
        let before = tree(&d).root_at(old).unwrap();
        d[changed.index(old as usize)] = leaf_hash(b"rewritten");
        let after = tree(&d);
        let proof = after.consistency(old, n).unwrap();
        prop_assert!(!verify_consistency(old, &before, n, &after.root(), &proof));
    }
}

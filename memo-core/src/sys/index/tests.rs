use std::collections::HashMap;

use super::testing::{Stub, hash_of};
use super::*;

/// The `n`th address, as an allocator would give it.
fn address(n: usize) -> usize {
    0x7000_0000_0000 + n * 48
}

fn find_at(index: &Index<Stub>, address: usize) -> Option<NonNull<Stub>> {
    // SAFETY: nodes are freed at the end.
    let is = |node| unsafe { Stub::address(node) } == address;
    // SAFETY: one thread, the writer's.
    unsafe { index.find(hash_of(address), is) }
}

fn find(index: &Index<Stub>, n: usize) -> Option<NonNull<Stub>> {
    find_at(index, address(n))
}

fn free(retired: RetiredMemory) {
    // SAFETY: one thread, which has finished with it.
    unsafe { retired.free() };
}

fn insert(index: &Index<Stub>, writer: &mut Writer, node: NonNull<Stub>, retired: &mut RetiredMemory) {
    // SAFETY: nodes are freed at the end.
    let address = unsafe { Stub::address(node) };
    index.insert(writer, hash_of(address), node, retired);
}

fn chunks(writer: &Writer) -> usize {
    writer.chunks.iter().sum::<u32>() as usize
}

/// Frees an empty index, and the nodes that were in it.
fn end(index: &Index<Stub>, mut writer: Writer, mut retired: RetiredMemory, nodes: Vec<NonNull<Stub>>) {
    assert_eq!((writer.live(), chunks(&writer)), (0, 1), "a table that was large is small again");
    assert!(index.directory().depth() <= 2);
    index.end(&mut writer, &mut retired);
    free(retired);
    for node in nodes {
        // SAFETY: leaked in `new`.
        drop(unsafe { Box::from_raw(node.as_ptr()) });
    }
}

#[test]
fn it_does_what_a_map_does_through_growth_and_shrinking() {
    const OBJECTS: usize = 4096;
    let nodes: Vec<_> = (0..OBJECTS).map(|n| Stub::new(address(n), n as u32)).collect();
    let (index, mut writer, mut retired) = (Index::new(), Writer::new(), RetiredMemory::new());
    let mut map = HashMap::new();
    let mut state = 1_u64;
    for step in 0..400_000_usize {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n = (state >> 33) as usize % OBJECTS;
        // In waves, from full to nearly empty.
        let fills = (step / 40_000) % 2 == 0;
        match find(&index, n) {
            None if fills || n % 64 == 0 => {
                index.insert(&mut writer, hash_of(address(n)), nodes[n], &mut retired);
                map.insert(n, nodes[n]);
            }
            Some(found) if !fills => {
                assert_eq!(Some(found), map.remove(&n));
                index.remove(&mut writer, found, &mut retired);
            }
            found => assert_eq!(found, map.get(&n).copied()),
        }
        free(retired.take());
        assert_eq!(writer.live(), map.len());
        assert!(chunks(&writer) <= map.len() / (FEW / 4) + 2, "it is never nearly empty");
        let n = n ^ 1;
        assert_eq!(find(&index, n), map.get(&n).copied());
    }
    for &node in map.values() {
        index.remove(&mut writer, node, &mut retired);
    }
    end(&index, writer, retired, nodes);
}

/// No step may take time in proportion to the table: it moves the nodes of one chunk, or the directory.
#[test]
fn one_that_comes_or_goes_makes_one_chunk_two_or_two_one() {
    let nodes: Vec<_> = (0..100_000).map(|n| Stub::new(address(n), 0)).collect();
    let (index, mut writer, mut retired) = (Index::new(), Writer::new(), RetiredMemory::new());
    let mut before = 0;
    for &node in &nodes {
        insert(&index, &mut writer, node, &mut retired);
        assert!(chunks(&writer) - before <= 2);
        before = chunks(&writer);
    }
    assert!(before * FULL < 2 * nodes.len(), "chunks are half full: {before}");
    assert!(1 << index.directory().depth() < nodes.len() / 8);
    for &node in &nodes {
        index.remove(&mut writer, node, &mut retired);
        assert!(before - chunks(&writer) <= 3);
        before = chunks(&writer);
    }
    end(&index, writer, retired, nodes);
}

/// A hit that must search further costs twice as much. In full chunks there are many; when these have been split, few.
#[test]
fn most_nodes_are_found_by_the_first_search() {
    const NODES: usize = 20_000;
    let mut checked = 0;
    let nodes: Vec<_> = (0..NODES).map(|n| Stub::new(address(n), 0)).collect();
    let (index, mut writer, mut retired) = (Index::new(), Writer::new(), RetiredMemory::new());
    let further = |index: &Index<Stub>, among: usize| {
        let unsure = |n: &usize| {
            // SAFETY: nodes are freed at the end.
            let is = |node| unsafe { Stub::address(node) } == address(*n);
            // SAFETY: one thread, the writer's.
            matches!(unsafe { index.guess(hash_of(address(*n)), is) }, Guess::Unsure)
        };
        (0..among).filter(unsure).count()
    };
    for (n, &node) in nodes.iter().enumerate() {
        insert(&index, &mut writer, node, &mut retired);
        if n % 1_000 == 999 && n < chunks(&writer) * ROOM / 2 {
            checked += 1;
            let further = further(&index, n + 1);
            assert!(further < n / 16, "{further} of {n}");
        }
    }
    assert_ne!(checked, 0);
    for &node in &nodes {
        index.remove(&mut writer, node, &mut retired);
    }
    end(&index, writer, retired, nodes);
}

/// Such addresses do not occur by chance. They cost only time.
#[test]
fn hashes_that_are_all_alike_are_kept_apart_without_an_endless_directory() {
    /// More first bits than a directory for so few nodes has.
    const ALIKE: u32 = 7;
    let like = |hash: u64| hash >> (64 - ALIKE) == 0x55;
    let place = |address| (Place::of(hash_of(address)).home(16), Place::of(hash_of(address)).tag());
    let first = (1..).map(|n| n * 16).find(|&address| like(hash_of(address))).expect("one in 128");
    let alike = (1..).map(|n| n * 16).filter(|&address| like(hash_of(address)) && place(address) == place(first));
    let nodes: Vec<_> = alike.take(400).map(|address| Stub::new(address, 0)).collect();
    let (index, mut writer, mut retired) = (Index::new(), Writer::new(), RetiredMemory::new());
    let find = |node: NonNull<Stub>| {
        // SAFETY: nodes are freed at the end.
        let address = unsafe { Stub::address(node) };
        find_at(&index, address)
    };
    for (n, &node) in nodes.iter().enumerate() {
        assert_eq!(find(node), None);
        insert(&index, &mut writer, node, &mut retired);
        assert_eq!((find(node), find(nodes[n / 2])), (Some(node), Some(nodes[n / 2])));
    }
    assert!(1 << index.directory().depth() <= nodes.len(), "the directory is in proportion");
    for (n, &node) in nodes.iter().enumerate() {
        index.remove(&mut writer, node, &mut retired);
        assert_eq!(find(node), None);
        assert!(nodes[n + 1..].iter().all(|&left| find(left) == Some(left)));
    }
    end(&index, writer, retired, nodes);
}

/// In waves, from nothing to all stages and back.
#[test]
fn a_compact_one_does_what_a_map_does_at_every_size() {
    const NODES: usize = 400;
    let nodes: Vec<_> = (0..NODES).map(|n| Stub::new(address(n), n as u32)).collect();
    let (index, mut writer, mut retired) = (Compact::default(), CompactWriter::default(), RetiredMemory::new());
    let find = |index: &Compact<Stub>, n: usize| {
        // SAFETY: nodes are freed at the end.
        let is = |node| unsafe { Stub::address(node) } == address(n);
        // SAFETY: one thread, the writer's.
        let found = unsafe { index.find(hash_of(address(n)), is) };
        // SAFETY: as above.
        match unsafe { index.guess(hash_of(address(n)), is) } {
            Guess::Node(node) => assert_eq!(found, Some(node)),
            Guess::Nothing => assert_eq!(found, None),
            Guess::Unsure => {}
        }
        found
    };
    let mut map = HashMap::new();
    let mut state = 1_u64;
    let mut sizes = std::collections::HashSet::new();
    for step in 0..200_000_usize {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n = (state >> 33) as usize % NODES;
        let fills = (step / 4_000) % 2 == 0;
        if !map.contains_key(&n) && fills {
            index.insert(&mut writer, hash_of(address(n)), nodes[n], &mut retired);
            map.insert(n, nodes[n]);
        } else if map.contains_key(&n) && !fills {
            index.remove(&mut writer, nodes[n], &mut retired);
            map.remove(&n);
        }
        free(retired.take());
        sizes.insert(map.len());
        for n in [n, n ^ 1, NODES - 1 - n] {
            assert_eq!(find(&index, n), map.get(&n).copied());
        }
        if step % 57_000 == 56_999 {
            index.clear(&mut writer, &mut retired);
            map.clear();
            assert!((0..NODES).all(|n| find(&index, n).is_none()));
        }
    }
    assert!(sizes.contains(&0) && sizes.len() > 300, "all stages were passed");
    drop(index);
    for node in nodes {
        // SAFETY: leaked in `new`.
        drop(unsafe { Box::from_raw(node.as_ptr()) });
    }
}

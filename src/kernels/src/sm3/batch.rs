//! Digests of many messages: a stream that has ended gives its place to the next message.

use super::lanes::{LANES, States, compress};
use super::{BLOCK, DIGEST, INITIAL, output, pad, single};

/// Streams below which one after the other is faster than all lanes with most of them idle.
const WORTHWHILE: usize = 3;
/// What idle lanes absorb; also the longest run that is absorbed before the lanes are looked at again.
static IDLE: [[u8; BLOCK]; 64] = [[0; BLOCK]; 64];

/// The digest of each message, in order; of `leading` followed by the message where there is a leading byte, as Merkle
/// trees ask for. The messages may differ in length; the nearer they are, the better the lanes are used.
pub fn digest_each(leading: Option<u8>, messages: &[&[u8]]) -> Vec<[u8; DIGEST]> {
    let mut digests = vec![[0; DIGEST]; messages.len()];
    let mut waiting = messages.iter().zip(&mut digests);
    let mut lanes: [Option<Stream<'_>>; LANES] = [const { None }; LANES];
    let mut states: States = [[0; LANES]; 8];
    loop {
        let mut running = 0;
        for (lane, place) in lanes.iter_mut().enumerate() {
            if place.is_none()
                && let Some((message, digest)) = waiting.next()
            {
                *place = Some(Stream::new(leading, message, digest));
                put(&mut states, lane, INITIAL);
            }
            running += usize::from(place.is_some());
        }
        if running < WORTHWHILE {
            break;
        }
        let runs = lanes.each_ref().map(|place| place.as_ref().map_or(IDLE.as_slice(), Stream::run));
        let blocks = runs.iter().map(|run| run.len()).min().unwrap_or(0);
        compress(&mut states, &runs.map(|run| run.split_at(blocks).0));
        for (lane, place) in lanes.iter_mut().enumerate() {
            if let Some(stream) = place
                && stream.advance(blocks)
            {
                *stream.digest = output(get(&states, lane));
                *place = None;
            }
        }
    }
    for (lane, mut stream) in lanes.into_iter().enumerate().filter_map(|(lane, place)| Some((lane, place?))) {
        let mut state = get(&states, lane);
        loop {
            let run = stream.run();
            single::compress(&mut state, run);
            let blocks = run.len();
            if stream.advance(blocks) {
                break;
            }
        }
        *stream.digest = output(state);
    }
    digests
}

fn get(states: &States, lane: usize) -> [u32; 8] {
    states.map(|words| words.get(lane).copied().unwrap_or_default())
}

fn put(states: &mut States, lane: usize, state: [u32; 8]) {
    for (words, word) in states.iter_mut().zip(state) {
        if let Some(slot) = words.get_mut(lane) {
            *slot = word;
        }
    }
}

/// A message on its way through a lane.
struct Stream<'m> {
    /// The first block, where a leading byte has shifted the message.
    first: Option<[[u8; BLOCK]; 1]>,
    whole: &'m [[u8; BLOCK]],
    /// What is left of the message, padded.
    end: [u8; 2 * BLOCK],
    end_blocks: usize,
    /// Blocks that are done.
    done: usize,
    digest: &'m mut [u8; DIGEST],
}

impl<'m> Stream<'m> {
    fn new(leading: Option<u8>, message: &'m [u8], digest: &'m mut [u8; DIGEST]) -> Self {
        let mut first = None;
        let mut rest = message;
        if let (Some(byte), Some((head, after))) = (leading, message.split_first_chunk::<{ BLOCK - 1 }>()) {
            let mut block = [byte; BLOCK];
            block.iter_mut().skip(1).zip(head).for_each(|(to, from)| *to = *from);
            (first, rest) = (Some([block]), after);
        }
        let (whole, tail) = rest.as_chunks::<BLOCK>();
        let mut end = [0; 2 * BLOCK];
        let short = leading.filter(|_| first.is_none());
        let filled = tail.len() + usize::from(short.is_some());
        end.iter_mut().zip(short.iter().chain(tail)).for_each(|(to, from)| *to = *from);
        let length = message.len() as u64 + u64::from(leading.is_some());
        let end_blocks = pad(&mut end, filled, length);
        Stream { first, whole, end, end_blocks, done: 0, digest }
    }

    /// The blocks that come next and lie together: at least one.
    fn run(&self) -> &[[u8; BLOCK]] {
        let first = self.first.as_ref().map_or(&[][..], |first| first);
        let end = self.end.as_chunks().0.get(..self.end_blocks).unwrap_or_default();
        let mut before = 0;
        for part in [first, self.whole, end] {
            if let Some(run) = part.get(self.done - before..).filter(|run| !run.is_empty()) {
                return run;
            }
            before += part.len();
        }
        &IDLE
    }

    /// After so many blocks; whether the message is done.
    fn advance(&mut self, blocks: usize) -> bool {
        self.done += blocks;
        self.done == usize::from(self.first.is_some()) + self.whole.len() + self.end_blocks
    }
}

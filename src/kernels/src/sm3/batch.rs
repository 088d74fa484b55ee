//! Digests of many messages: a stream that has ended gives its place to the next message.

use super::lanes::{LANES, Lanes, States};
use super::{BLOCK, DIGEST, INITIAL, output, pad, single};
use crate::wipe::wipe;

/// Streams below which one after the other is faster than all lanes with most of them idle.
const WORTHWHILE: usize = 3;
/// What idle lanes absorb; also the longest run that is absorbed before the lanes are looked at again.
static IDLE: [[u8; BLOCK]; 64] = [[0; BLOCK]; 64];

/// The digest of each message, in order; of `leading` followed by the message where there is a leading byte, as Merkle
/// trees ask for. The messages may differ in length; the nearer they are, the better the lanes are used.
pub fn digest_each(leading: Option<u8>, messages: &[&[u8]]) -> Vec<[u8; DIGEST]> {
    let mut digests = vec![[0; DIGEST]; messages.len()];
    digest_each_into(&mut digests, Lanes::best(), leading, messages);
    digests
}

/// As [`digest_each`], on lanes of choice; there are as many digests as messages.
pub(super) fn digest_each_into(digests: &mut [[u8; DIGEST]], on: Lanes, leading: Option<u8>, messages: &[&[u8]]) {
    let mut waiting = messages.iter().zip(digests);
    let mut streams = [const { Stream::IDLE }; LANES];
    let mut states: States = [[0; LANES]; 8];
    loop {
        let mut running = 0;
        for (lane, stream) in streams.iter_mut().enumerate() {
            if stream.digest.is_none()
                && let Some((message, digest)) = waiting.next()
            {
                stream.start(leading, message, digest);
                put(&mut states, lane, INITIAL);
            }
            running += usize::from(stream.digest.is_some());
        }
        if running < WORTHWHILE {
            break;
        }
        let runs = streams.each_ref().map(Stream::run);
        let blocks = runs.iter().map(|run| run.len()).min().unwrap_or(0);
        on.compress(&mut states, &runs.map(|run| run.split_at(blocks).0));
        for (lane, stream) in streams.iter_mut().enumerate() {
            if stream.advance(blocks) {
                stream.finish(get(&states, lane));
            }
        }
    }
    for (lane, stream) in streams.iter_mut().enumerate().filter(|(_, stream)| stream.digest.is_some()) {
        let mut state = get(&states, lane);
        loop {
            let run = stream.run();
            single::compress(&mut state, run);
            let blocks = run.len();
            if stream.advance(blocks) {
                break;
            }
        }
        stream.finish(state);
    }
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

/// A lane, and the message on its way through it. Never moved, because that would leave a copy of plaintext behind;
/// cleared when dropped.
struct Stream<'m> {
    /// The first block, where a leading byte has shifted the message.
    first: [[u8; BLOCK]; 1],
    first_blocks: usize,
    whole: &'m [[u8; BLOCK]],
    /// What is left of the message, padded.
    end: [u8; 2 * BLOCK],
    end_blocks: usize,
    /// Blocks that are done.
    done: usize,
    /// Where the digest goes; nowhere while the lane is idle.
    digest: Option<&'m mut [u8; DIGEST]>,
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        // A lane that was always idle holds nothing.
        if self.end_blocks > 0 {
            wipe(self.first.as_flattened_mut());
            wipe(&mut self.end);
        }
    }
}

impl<'m> Stream<'m> {
    const IDLE: Self = Stream {
        first: [[0; BLOCK]],
        first_blocks: 0,
        whole: &[],
        end: [0; 2 * BLOCK],
        end_blocks: 0,
        done: 0,
        digest: None,
    };

    fn start(&mut self, leading: Option<u8>, message: &'m [u8], digest: &'m mut [u8; DIGEST]) {
        let mut rest = message;
        self.first_blocks = 0;
        if let (Some(byte), Some((head, after))) = (leading, message.split_first_chunk::<{ BLOCK - 1 }>()) {
            self.first = [[byte; BLOCK]];
            self.first.as_flattened_mut().iter_mut().skip(1).zip(head).for_each(|(to, from)| *to = *from);
            (self.first_blocks, rest) = (1, after);
        }
        let (whole, tail) = rest.as_chunks::<BLOCK>();
        self.whole = whole;
        let short = leading.filter(|_| self.first_blocks == 0);
        let filled = tail.len() + usize::from(short.is_some());
        self.end = [0; 2 * BLOCK];
        self.end.iter_mut().zip(short.iter().chain(tail)).for_each(|(to, from)| *to = *from);
        let length = message.len() as u64 + u64::from(leading.is_some());
        self.end_blocks = pad(&mut self.end, filled, length);
        self.done = 0;
        self.digest = Some(digest);
    }

    /// The blocks that come next and lie together: at least one.
    fn run(&self) -> &[[u8; BLOCK]] {
        if self.digest.is_none() {
            return &IDLE;
        }
        let first = self.first.get(..self.first_blocks).unwrap_or_default();
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

    /// After so many blocks; whether a message has come to its end.
    fn advance(&mut self, blocks: usize) -> bool {
        self.done += blocks;
        self.digest.is_some() && self.done == self.first_blocks + self.whole.len() + self.end_blocks
    }

    /// Hands out the digest of a message that has come to its end; the lane is idle after it.
    fn finish(&mut self, state: [u32; 8]) {
        if let Some(digest) = self.digest.take() {
            *digest = output(state);
        }
    }
}

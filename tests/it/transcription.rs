//! From the demonstration recordings to text, in this process and through a supervised child; and what happens when the child dies.

use crate::support::wait::until;
use guitai::error::ErrorCode;
use guitai::inference::asr::{Control, Recogniser};
use guitai::inference::{
    EngineConfig, EngineKind, EngineState, PcmChannels, SpeechRecogniser, Supervisor, Transcript, WavInfo, WavRules,
    decode_wav, transcribe_file,
};
use guitai::telemetry::{metrics::Metrics, tasks::Tasks};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const CALLS: [&str; 3] = ["refund", "wealth", "complaint"];

fn demo(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("appliance/demo").join(path)
}

fn call(name: &str) -> (WavInfo, PcmChannels) {
    decode_wav(&std::fs::read(demo(&format!("calls/{name}.wav"))).unwrap(), &WavRules::CALL).unwrap()
}

#[derive(serde::Deserialize)]
struct Turn {
    channel: u16,
    start_ms: u64,
    end_ms: u64,
    text: String,
}

fn reference(name: &str) -> Vec<Turn> {
    serde_json::from_slice(&std::fs::read(demo(&format!("calls/{name}.reference.json"))).unwrap()).unwrap()
}

/// Levenshtein distance over characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Compares channel by channel, in order of time; a segment may hold several turns of the same speaker.
fn check(name: &str, transcript: &Transcript) {
    assert!(transcript.demo_model);
    assert!(transcript.segments.is_sorted_by_key(|s| s.start_ms));
    let turns = reference(name);
    let (mut wrong, mut characters) = (0, 0);
    for channel in [0, 1] {
        let said: String = turns.iter().filter(|t| t.channel == channel).map(|t| t.text.as_str()).collect();
        let heard: String =
            transcript.segments.iter().filter(|s| s.channel == channel).map(|s| s.text.as_str()).collect();
        let errors = distance(&said, &heard);
        println!("{name} channel {channel}: {errors} of {} characters wrong", said.chars().count());
        assert!(errors * 4 < said.chars().count(), "channel {channel} is not its speaker's: {heard}");
        wrong += errors;
        characters += said.chars().count();
    }
    println!("{name}: CER {:.1} %", 100.0 * wrong as f64 / characters as f64);
    assert!(wrong * 100 <= characters * 15);
    for segment in &transcript.segments {
        let close = |time: u64, of: fn(&Turn) -> u64| {
            turns.iter().filter(|t| t.channel == segment.channel).map(|t| of(t).abs_diff(time)).min().unwrap() <= 500
        };
        assert!(close(segment.start_ms, |t| t.start_ms) && close(segment.end_ms, |t| t.end_ms), "{name}: {segment:?}");
        assert!(segment.confidence > 0.3 && segment.confidence <= 1.0);
    }
}

#[test]
fn calls_are_read_in_process() {
    let recogniser = Recogniser::load(&demo("models/asr-demo")).unwrap();
    for name in CALLS {
        let (info, audio) = call(name);
        let started = std::time::Instant::now();
        check(name, &recogniser.transcribe(&audio, &Control::default()).unwrap());
        let seconds = started.elapsed().as_secs_f64();
        println!("{name}: {:?}, {:.0} s of call per second", info.codec, info.duration_ms as f64 / 1000.0 / seconds);
    }
}

#[test]
fn a_wide_band_recording_is_converted() {
    let (_, narrow) = call("complaint");
    let wide = narrow.channels().iter().map(|c| guitai_kernels::resample::double(c)).collect();
    let wide = PcmChannels::new(16_000, wide).unwrap();
    let recogniser = Recogniser::load(&demo("models/asr-demo")).unwrap();
    check("complaint", &recogniser.transcribe(&wide, &Control::default()).unwrap());
}

#[test]
fn the_command_prints_text_with_its_label() {
    let transcript = transcribe_file(&demo("calls/wealth.wav"), &demo("models/asr-demo")).unwrap();
    let text = transcript.to_text();
    println!("{text}");
    assert!(text.starts_with("演示模型，不代表真实准确率"));
    assert!(text.contains("保本保收益"));
    let missing = transcribe_file(Path::new("/nowhere.wav"), &demo("models/asr-demo")).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);
}

/// A supervisor in a process that is never drained.
fn start(config: EngineConfig) -> Supervisor {
    Supervisor::start(config, &Tasks::new(Metrics::new().unwrap()))
}

fn config() -> EngineConfig {
    EngineConfig::new(env!("CARGO_BIN_EXE_guitai").into(), EngineKind::Asr, demo("models/asr-demo"))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

async fn ready(supervisor: &Supervisor) -> u32 {
    supervisor.ready(Duration::from_secs(60)).await.unwrap().pid
}

/// An hour of talk: long enough to be in the middle of.
fn long_call() -> PcmChannels {
    let (_, audio) = call("refund");
    PcmChannels::new(8000, audio.channels().iter().map(|c| c.repeat(75)).collect()).unwrap()
}

fn kill(pid: u32) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

fn alive(pid: u32) -> bool {
    // A process that was killed but not yet waited for is still listed, as a zombie.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|s| !s.contains(") Z "))
}

/// CPU time of a process in clock ticks.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum()
}

/// Waits until the child works on something, judged by the CPU time it has used.
async fn until_busy(pid: u32) {
    let start = cpu_ticks(pid);
    until("the child to work", async || cpu_ticks(pid) > start + 10).await;
}

#[tokio::test]
async fn calls_are_read_by_the_child() {
    let supervisor = start(config());
    let info = supervisor.ready(Duration::from_secs(60)).await.unwrap();
    assert_eq!((info.model.as_str(), info.demo_model, info.sample_rate_hz), ("asr-demo 1", true, 8000));
    for name in CALLS {
        let transcript = supervisor.transcribe(call(name).1, soon()).await.unwrap();
        check(name, &transcript);
        assert_eq!(transcript.model_digest, info.model_digest);
    }
    let song = PcmChannels::new(44_100, vec![vec![0; 4410]]).unwrap();
    assert_eq!(supervisor.transcribe(song, soon()).await.unwrap_err().code(), ErrorCode::InvalidParameter);
}

#[tokio::test]
async fn a_killed_child_costs_nothing_but_time() {
    let supervisor = Arc::new(start(config()));
    let first = ready(&supervisor).await;
    let other = supervisor.clone();
    let request = tokio::spawn(async move { other.transcribe(long_call(), soon()).await });
    until_busy(first).await;
    kill(first);
    // The request is tried again in the next child; so is whatever comes after it.
    let mut state = supervisor.state();
    let second = state.wait_for(|s| matches!(s, EngineState::Ready(info) if info.pid != first)).await.unwrap().clone();
    let EngineState::Ready(second) = second else { panic!("not ready") };
    until_busy(second.pid).await;
    kill(second.pid);
    // Two children died on it: it fails alone.
    assert_eq!(request.await.unwrap().unwrap_err().code(), ErrorCode::EngineUnavailable);
    check("complaint", &supervisor.transcribe(call("complaint").1, soon()).await.unwrap());
}

#[tokio::test]
async fn a_request_survives_the_death_of_its_child() {
    let supervisor = Arc::new(start(config()));
    let first = ready(&supervisor).await;
    let other = supervisor.clone();
    let (_, audio) = call("wealth");
    let audio = PcmChannels::new(8000, audio.channels().iter().map(|c| c.repeat(10)).collect()).unwrap();
    let request = tokio::spawn(async move { other.transcribe(audio, soon()).await });
    until_busy(first).await;
    kill(first);
    assert!(request.await.unwrap().unwrap().segments.len() >= 100);
}

#[tokio::test]
async fn deadlines_hold_and_the_engine_goes_on() {
    let supervisor = start(config());
    let pid = ready(&supervisor).await;
    let deadline = Instant::now() + Duration::from_millis(50);
    assert_eq!(supervisor.transcribe(long_call(), deadline).await.unwrap_err().code(), ErrorCode::EngineTimedOut);
    assert!(deadline.elapsed() < Duration::from_secs(5));
    check("complaint", &supervisor.transcribe(call("complaint").1, soon()).await.unwrap());
    assert_eq!(ready(&supervisor).await, pid, "the child was not restarted");
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let supervisor = Arc::new(start(EngineConfig { queue: std::num::NonZeroUsize::MIN, ..config() }));
    let pid = ready(&supervisor).await;
    let transcribe = |audio| {
        let supervisor = supervisor.clone();
        tokio::spawn(async move { supervisor.transcribe(audio, soon()).await })
    };
    let busy = transcribe(long_call());
    until_busy(pid).await;
    let waiting = transcribe(call("complaint").1);
    // The one before has the only place once its task has run; this test has a single thread, so that is after a yield.
    tokio::task::yield_now().await;
    let refused = supervisor.transcribe(call("complaint").1, soon()).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Overloaded);
    // A caller that goes away frees the child, and the one that waits is served.
    busy.abort();
    check("complaint", &waiting.await.unwrap().unwrap());
}

#[tokio::test]
async fn a_child_that_cannot_start_is_reported() {
    let refusals = [
        (EngineConfig { program: "/nowhere/guitai".into(), ..config() }, "cannot be started"),
        (EngineConfig { program: "/bin/true".into(), ..config() }, "died"),
        (EngineConfig { model: demo("calls"), ..config() }, "refused its model"),
    ];
    for (config, expected) in refusals {
        let supervisor = start(config);
        let outcome = supervisor.transcribe(call("complaint").1, Instant::now() + Duration::from_secs(5)).await;
        let code = outcome.unwrap_err().code();
        assert!(matches!(code, ErrorCode::EngineUnavailable | ErrorCode::EngineTimedOut), "{expected}: {code:?}");
        let mut state = supervisor.state();
        let down = state.wait_for(|s| matches!(s, EngineState::Down { .. })).await.unwrap().clone();
        let EngineState::Down { reason } = down else { panic!("not down") };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[tokio::test]
async fn the_child_ends_with_its_parent() {
    // Dropping the supervisor kills it.
    let supervisor = start(config());
    let pid = ready(&supervisor).await;
    drop(supervisor);
    until("the child to end with its supervisor", async || !alive(pid)).await;

    // The drain of the process does it too, and tells whoever waits.
    let tasks = Tasks::new(Metrics::new().unwrap());
    let supervisor = Supervisor::start(config(), &tasks);
    let pid = ready(&supervisor).await;
    let (answer, drained) = tokio::join!(supervisor.transcribe(long_call(), soon()), async {
        until_busy(pid).await;
        tasks.drain(Duration::from_secs(30)).await
    });
    assert_eq!(answer.unwrap_err().code(), ErrorCode::EngineUnavailable);
    assert!(drained.aborted.is_empty());
    until("the child to end with the drain", async || !alive(pid)).await;

    // So does the end of the parent's socket, even in the middle of its work: nobody is left to send a signal then.
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_guitai"))
        .args(["engine", "--kind", "asr", "--model"])
        .arg(demo("models/asr-demo"))
        .stdin(std::process::Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    ours.set_nonblocking(true).unwrap();
    let mut ours = tokio::net::UnixStream::from_std(ours).unwrap();
    guitai::inference::engine::protocol::write_audio(&mut ours, 1, &long_call(), 600_000).await.unwrap();
    until_busy(child.id().unwrap()).await;
    drop(ours);
    assert!(tokio::time::timeout(Duration::from_secs(10), child.wait()).await.unwrap().unwrap().success());
}

#[tokio::test]
async fn the_child_refuses_garbage_and_a_terminal() {
    use tokio::io::AsyncWriteExt;
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let engine = |stdin: std::process::Stdio| {
        tokio::process::Command::new(env!("CARGO_BIN_EXE_guitai"))
            .args(["engine", "--kind", "asr", "--model"])
            .arg(demo("models/asr-demo"))
            .stdin(stdin)
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    };
    let mut child = engine(std::os::fd::OwnedFd::from(theirs).into());
    ours.set_nonblocking(true).unwrap();
    tokio::net::UnixStream::from_std(ours).unwrap().write_all(b"GET / HTTP/1.1\r\nHost: guitai\r\n\r\n").await.unwrap();
    assert!(!child.wait().await.unwrap().success());
    assert!(!engine(std::process::Stdio::null()).wait().await.unwrap().success());
}

//! Custodians and their ceremonies, by the program itself: in a script, and typed at a terminal.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use nix::pty::openpty;
use serde_json::Value;
use tempfile::TempDir;

const FEW_ITERATIONS: &str = "--iterations=100000";

/// A folder with passphrase files, and what is made in it.
struct Room(TempDir);

impl Room {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().expect("a folder"));
        for (name, passphrase) in [
            ("a", "晨光 熹微 river 41"),
            ("b", "copper-lantern-27"),
            ("c", "quiet orchard 90"),
            ("ops", "harbour+Winter+63"),
        ] {
            room.write(name, passphrase);
        }
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("a path").to_owned()
    }

    /// A private file.
    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    fn custodians(&self) -> Vec<String> {
        [("王芳", "a"), ("李强", "b"), ("Zhao Min", "c")]
            .iter()
            .flat_map(|(name, file)| ["--custodian".to_owned(), format!("{name}={}", self.text(file))])
            .collect()
    }

    fn share(&self, path: &str, passphrase: &str) -> Vec<String> {
        vec!["--share".to_owned(), format!("{path}={}", self.text(passphrase))]
    }

    /// `guitai keys …`
    fn keys(&self, words: &[&str], more: &[Vec<String>]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guitai"));
        command.arg("keys").args(words).args(more.iter().flatten());
        command.stdin(Stdio::null()).output().expect("guitai runs")
    }

    fn good(&self, words: &[&str], more: &[Vec<String>]) -> Value {
        let out = self.keys(words, more);
        assert_eq!(out.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).expect("JSON")
    }

    /// Refused with this exit code; what was said.
    fn refused(&self, code: i32, words: &[&str], more: &[Vec<String>]) -> String {
        let out = self.keys(words, more);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(code), "{words:?}: {said}");
        assert!(out.stdout.is_empty(), "a result beside a refusal");
        said
    }

    fn create(&self) -> Value {
        let (file, shares, ops) = (self.text("root.key"), self.text("shares"), self.text("ops"));
        let words = ["create-root", &file, "--shares", &shares, "--passphrase-file", &ops, FEW_ITERATIONS, "--json"];
        self.good(&words, &[self.custodians()])
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    }
}

/// The files of the three shares that a command made.
fn shares(told: &Value) -> Vec<String> {
    let shares = told["shares"].as_array().expect("shares");
    assert_eq!(shares.len(), 3);
    shares.iter().map(|s| s.as_str().expect("a path").to_owned()).collect()
}

fn record(told: &Value) -> String {
    told["record"].as_str().expect("a record").to_owned()
}

#[test]
fn a_root_key_lives_from_its_making_to_its_destruction() {
    let room = Room::new();
    let made = room.create();
    let (root, ops) = (room.text("root.key"), room.text("ops"));
    let first = shares(&made);
    for path in first.iter().chain([&record(&made), &root]) {
        assert_eq!(fs::metadata(path).expect("it is there").mode() & 0o777, 0o600, "{path}");
    }
    let folder = room.text("shares");
    let verified = room.good(&["verify-ceremony", &record(&made), "--share", &folder, "--json"], &[]);
    assert_eq!((&verified["ok"], &verified["ceremony"]["act"]), (&true.into(), &"create".into()), "{verified}");
    assert_eq!(verified["signatures"].as_array().expect("signatures").len(), 3);

    // What is in the file is shown without a secret, and verified with the passphrase.
    let shown = room.good(&["show-root", &root, "--passphrase-file", &ops, "--json"], &[]);
    assert_eq!((&shown["form"], &shown["is_verified"]), (&"sealed".into(), &true.into()));
    assert_eq!(shown["keys"][0]["check_value"], made["check_value"]);

    // Two of three make the file anew, and it is the same key.
    let again = room.text("again/root.key");
    let two = [room.share(&first[2], "c"), room.share(&first[0], "a")];
    let words = ["restore-root", &again, "--passphrase-file", &ops, FEW_ITERATIONS, "--json"];
    let restored = room.good(&words, &two);
    assert_eq!(restored["check_value"], made["check_value"]);
    let verified = room.good(&["verify-ceremony", &record(&restored), "--share", &folder, "--json"], &[]);
    assert_eq!(verified["signatures"].as_array().expect("signatures").len(), 2);

    // A new set: the old one and the new one do not mix.
    let set = room.text("second");
    let two = [room.share(&first[0], "a"), room.share(&first[1], "b")];
    let words = ["backup-root", "--shares", &set, FEW_ITERATIONS, "--json"];
    let backup = room.good(&words, &[two.concat(), room.custodians()]);
    let second = shares(&backup);
    let mixed = [room.share(&first[0], "a"), room.share(&second[1], "b")];
    let words = ["restore-root", &room.text("mixed"), "--passphrase-file", &ops];
    let said = room.refused(1, &words, &mixed);
    assert!(said.contains("different sets") && said.contains(&first[0]) && said.contains(&second[1]), "{said}");
    assert!(!room.path("mixed").exists());

    // The next version, and the end of the one before.
    let set = room.text("third");
    let two = [room.share(&second[1], "b"), room.share(&second[2], "c")];
    let words = ["rotate-root", &root, "--shares", &set, "--passphrase-file", &ops, FEW_ITERATIONS, "--json"];
    let rotated = room.good(&words, &[two.concat(), room.custodians()]);
    assert_eq!((&rotated["version"], &rotated["key_id"]), (&2.into(), &made["key_id"]));
    let shown = room.good(&["show-root", &root, "--passphrase-file", &ops, "--json"], &[]);
    assert_eq!(shown["keys"].as_array().expect("keys").len(), 2);
    let both = ["--share".to_owned(), room.text("second"), "--share".to_owned(), room.text("third")].to_vec();
    let verified = room.good(&["verify-ceremony", &record(&rotated), "--json"], &[both]);
    assert_eq!(verified["signatures"].as_array().expect("signatures").len(), 5);

    let id = made["key_id"].as_str().expect("an id").to_owned();
    let destroy = ["destroy-root", &root, "--passphrase-file", &ops, "--no-installation", "--json", "--confirm"];
    let third = shares(&rotated);
    let of_second_version = [room.share(&third[0], "a"), room.share(&third[1], "b")];
    let said = room.refused(1, &[&destroy[..], &[&id]].concat(), &of_second_version);
    assert!(said.contains("rotate first"), "{said}");
    let said = room.refused(1, &[&destroy[..], &["something else"]].concat(), &two);
    assert!(said.contains("nothing was destroyed"), "{said}");
    let destroyed = room.good(&[&destroy[..], &[&id]].concat(), &two);
    assert_eq!(destroyed["file_is_left"], true);
    let shown = room.good(&["show-root", &root, "--passphrase-file", &ops, "--json"], &[]);
    assert_eq!((shown["keys"].as_array().expect("keys").len(), &shown["keys"][0]["version"]), (1, &2.into()));
    let destroyed = room.good(&[&destroy[..], &[&id]].concat(), &of_second_version);
    assert_eq!(destroyed["file_is_left"], false);
    assert!(!Path::new(&root).exists());
    let verified = room.good(&["verify-ceremony", &record(&destroyed), "--share", &room.text("third"), "--json"], &[]);
    assert!(verified["ceremony"]["remark"].as_str().expect("a remark").contains("no installation"));
}

#[test]
fn whatever_is_wrong_is_named_and_leaves_nothing_behind() {
    let room = Room::new();
    let made = room.create();
    let (held, ops, root) = (shares(&made), room.text("ops"), room.text("root.key"));
    let target = room.text("restored/root.key");
    let restore = ["restore-root", &target, "--passphrase-file", &ops, FEW_ITERATIONS];

    // Wrong, the same twice, one alone, altered.
    let said = room.refused(1, &restore, &[room.share(&held[0], "b"), room.share(&held[1], "b")]);
    assert!(said.contains("crypto.key_unavailable") && said.contains(&held[0]), "{said}");
    let said = room.refused(1, &restore, &[room.share(&held[0], "a"), room.share(&held[0], "a")]);
    assert!(said.contains("the same share twice") && said.contains(&held[0]), "{said}");
    room.refused(2, &restore, &[room.share(&held[0], "a")]);
    let altered = fs::read_to_string(&held[1]).expect("a share").replace("李强", "李刚");
    room.write("altered.json", &altered);
    let two = [room.share(&held[0], "a"), room.share(&room.text("altered.json"), "b")];
    let said = room.refused(1, &restore, &two);
    assert!(said.contains("altered.json"), "{said}");
    room.write("rubbish.json", "{}");
    let said = room.refused(1, &restore, &[room.share(&room.text("rubbish.json"), "a"), room.share(&held[1], "b")]);
    assert!(said.contains("rubbish.json"), "{said}");
    assert!(!Path::new(&target).exists() && room.files("restored").is_empty());

    // A root key is never written over, and passphrases are people's own and good.
    let other = ["create-root", &room.text("other.key"), "--shares", &room.text("other"), FEW_ITERATIONS];
    let with_ops = [&other[..], &["--passphrase-file", &ops]].concat();
    let again = ["create-root", &root, "--shares", &room.text("other"), "--passphrase-file", &ops, FEW_ITERATIONS];
    let said = room.refused(1, &again, &[room.custodians()]);
    assert!(said.contains("never written over"), "{said}");
    room.write("short", "k7-Wq");
    room.write("weak", "Password2026!");
    room.write("open", "lantern-copper-27");
    fs::set_permissions(room.path("open"), fs::Permissions::from_mode(0o644)).expect("a mode");
    for (file, code, why) in [
        ("short", "identity.password_refused", "at least 12"),
        ("weak", "identity.password_refused", "tried first"),
        ("b", "identity.password_refused", "same passphrase"),
        ("ops", "identity.password_refused", "passphrase is that of"),
        ("open", "crypto.key_unavailable", "644"),
    ] {
        let mut custodians = room.custodians();
        *custodians.last_mut().expect("a custodian") = format!("Zhao Min={}", room.text(file));
        let said = room.refused(1, &with_ops, &[custodians]);
        assert!(said.contains(code) && said.contains(why), "{file}: {said}");
        let passphrase = fs::read_to_string(room.path(file)).expect("a passphrase");
        assert!(!said.contains(&passphrase), "{file} was repeated");
    }
    let mut two = room.custodians();
    two.truncate(4);
    room.refused(2, &with_ops, &[two]);
    // Nobody is there to ask.
    let said = room.refused(2, &other, &[room.custodians()]);
    assert!(said.contains("--passphrase-file"), "{said}");
    room.refused(2, &with_ops, &[]);
    // A record that is there already: the shares and the key made before it are taken back.
    room.write("taken.json", "x");
    let taken = room.text("taken.json");
    let taken = [&with_ops[..], &["--record", &taken]].concat();
    room.refused(1, &taken, &[room.custodians()]);
    assert!(room.files("other").is_empty() && !room.path("other.key").exists());
    assert_eq!(fs::read_to_string(room.path("taken.json")).expect("it is there"), "x");

    // A record that was altered, and one for which nobody's share file vouches.
    let altered = fs::read_to_string(record(&made)).expect("a record").replace("create", "restore");
    room.write("altered-record.json", &altered);
    for arguments in [
        ["verify-ceremony", &room.text("altered-record.json"), "--share", &room.text("shares")],
        ["verify-ceremony", &record(&made), "--share", &held[0]],
    ] {
        assert_eq!(room.keys(&arguments, &[]).status.code(), Some(1));
    }
}

#[test]
fn a_file_in_clear_is_sealed_in_place() {
    let room = Room::new();
    let clear = format!("guitai-root-key-1 0190f5fe-7c00-7a00-8000-000000000001 1 {}\n", "07".repeat(32));
    room.write("root.key", &clear);
    let (root, ops) = (room.text("root.key"), room.text("ops"));
    let shown = room.good(&["show-root", &root, "--json"], &[]);
    assert_eq!((&shown["form"], &shown["keys"][0]["check_value"]), (&"clear".into(), &"DC96AB3ECA".into()));
    fs::hard_link(&root, room.path("second-name")).expect("a second name");
    room.good(&["seal-root", &root, "--passphrase-file", &ops, FEW_ITERATIONS, "--json"], &[]);
    let sealed = fs::read_to_string(&root).expect("it is there");
    assert!(sealed.contains("guitai-root-key-sealed-1") && !sealed.contains("0707"));
    assert!(fs::read(room.path("second-name")).expect("it is there").iter().all(|b| *b == 0), "overwritten");
    let shown = room.good(&["show-root", &root, "--passphrase-file", &ops, "--json"], &[]);
    assert_eq!(shown["keys"][0]["check_value"], "DC96AB3ECA");
    // Under another passphrase.
    let change = ["seal-root", &root, "--passphrase-file", &room.text("a"), "--present-passphrase-file"];
    let said = room.refused(1, &[&change[..], &[&room.text("b"), FEW_ITERATIONS]].concat(), &[]);
    assert!(said.contains("root.key"), "{said}");
    room.good(&[&change[..], &[&ops, FEW_ITERATIONS, "--json"]].concat(), &[]);
    room.good(&["show-root", &root, "--passphrase-file", &room.text("a"), "--json"], &[]);
    room.refused(1, &["show-root", &root, "--passphrase-file", &ops], &[]);
}

/// The program at a terminal.
struct Terminal {
    child: Child,
    screen: File,
    seen: String,
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let pair = openpty(None, None).expect("a terminal");
        let of_child = || Stdio::from(pair.slave.try_clone().expect("a descriptor"));
        let child = command.stdin(of_child()).stdout(of_child()).stderr(of_child()).spawn().expect("guitai starts");
        Self { child, screen: File::from(pair.master), seen: String::new() }
    }

    /// Reads on until the screen shows this, after all that was waited for before.
    fn until(&mut self, shown: &str) {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(shown) {
            let mut buffer = [0; 1024];
            let n = self.screen.read(&mut buffer).unwrap_or(0);
            assert_ne!(n, 0, "{shown} was not shown: {}{}", self.seen, String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&buffer[..n]);
        }
        self.seen.push_str(&String::from_utf8_lossy(&bytes));
    }

    fn answer(&mut self, question: &str, line: &str) {
        self.until(question);
        writeln!(self.screen, "{line}").expect("it is typed");
    }

    /// The whole screen, once it has ended.
    fn end(mut self, code: i32) -> String {
        let status = self.child.wait().expect("it ends");
        let mut buffer = [0; 4096];
        // A terminal that nobody has open any more answers with an error.
        while let Ok(n) = self.screen.read(&mut buffer)
            && n > 0
        {
            self.seen.push_str(&String::from_utf8_lossy(&buffer[..n]));
        }
        assert_eq!(status.code(), Some(code), "{}", self.seen);
        std::mem::take(&mut self.seen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_ceremony_at_the_terminal_shows_no_passphrase() {
    let room = Room::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_guitai"));
    command.args(["keys", "create-root", &room.text("root.key"), "--shares", &room.text("shares"), FEW_ITERATIONS]);
    let mut terminal = Terminal::start(command);
    let people = [("王芳", "晨光 熹微 river 41"), ("李强", "copper-lantern-27"), ("Zhao Min", "quiet orchard 90")];
    for (n, (name, _)) in people.iter().enumerate() {
        terminal.answer(&format!("custodian {}: ", n + 1), name);
    }
    // Too short, then not the same twice, then right.
    terminal.answer("new passphrase: ", "k7-Wq");
    terminal.answer("new passphrase: ", people[0].1);
    terminal.answer("once more: ", "something different");
    for (_, passphrase) in people.iter().chain([&("ops", "harbour+Winter+63")]) {
        terminal.answer("new passphrase: ", passphrase);
        terminal.answer("once more: ", passphrase);
    }
    terminal.answer("statement: ", "");
    terminal.answer("statement: ", "以我的名义确认");
    terminal.answer("statement: ", "");
    let seen = terminal.end(0);
    for (name, passphrase) in people {
        assert!(seen.contains(name) && !seen.contains(passphrase), "{seen}");
    }
    assert!(!seen.contains("harbour") && !seen.contains("k7-Wq"), "{seen}");
    let files = room.files("shares");
    assert_eq!(files.len(), 3, "{files:?}");
    let ceremony = room.files("").into_iter().find(|f| f.starts_with("ceremony-create-v1-")).expect("a record");
    let arguments = ["verify-ceremony", &room.text(&ceremony), "--share", &room.text("shares"), "--json"];
    let verified = room.good(&arguments, &[]);
    assert_eq!(verified["ceremony"]["custodians"][1]["statement"], "以我的名义确认");

    // Wrong twice, then right.
    let mut command = Command::new(env!("CARGO_BIN_EXE_guitai"));
    command.args(["keys", "show-root", &room.text("root.key"), "--ask"]);
    let mut terminal = Terminal::start(command);
    for typed in ["wrong", "wrong again", "harbour+Winter+63"] {
        terminal.answer("passphrase: ", typed);
    }
    assert!(terminal.end(0).contains("KCV"));
    // Ctrl-C ends it, and the terminal is as it was.
    let mut command = Command::new(env!("CARGO_BIN_EXE_guitai"));
    command.args(["keys", "show-root", &room.text("root.key"), "--ask"]);
    let mut terminal = Terminal::start(command);
    terminal.answer("passphrase: ", "\u{3}");
    assert!(terminal.end(1).contains("interrupted"));
}

/// Its memory holds keys: the kernel writes it nowhere and lets no other program of the same user look into it.
#[test]
fn a_started_program_cannot_be_dumped() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    // Somebody who is not root, or the owner of its /proc entries says nothing.
    let nobody = 65534;
    let is_root = nix::unistd::geteuid().is_root();
    let program = if is_root { reachable(folder.path()) } else { env!("CARGO_BIN_EXE_guitai").into() };
    let mut command = Command::new(program);
    command.args(["keys", "create-root", "/nonexistent/root.key", "--shares", "/nonexistent"]);
    if is_root {
        command.uid(nobody).gid(nobody);
    }
    let mut terminal = Terminal::start(command);
    terminal.until("custodian 1: ");
    let proc = PathBuf::from(format!("/proc/{}", terminal.child.id()));
    let limits = fs::read_to_string(proc.join("limits")).expect("its limits");
    let core = limits.lines().find(|l| l.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    // A process that is not dumpable belongs to root in /proc, whoever runs it (proc(5)).
    let status = fs::read_to_string(proc.join("status")).expect("its status");
    let uid = status.lines().find(|l| l.starts_with("Uid:")).expect("its user");
    assert!(!uid.split_whitespace().any(|w| w == "0"), "{uid}");
    assert_eq!(fs::metadata(proc.join("mem")).expect("its memory").uid(), 0, "it can be dumped");
}

/// The program where anybody may start it.
fn reachable(folder: &Path) -> PathBuf {
    let (program, here) = (Path::new(env!("CARGO_BIN_EXE_guitai")), folder.join("guitai"));
    if fs::hard_link(program, &here).is_err() {
        fs::copy(program, &here).expect("a copy");
    }
    here
}

//! The best rung: the user's `bwrap`, with namespaces of their own for files, processes, network and the rest.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Access, Confinement};
use crate::environment;
use crate::process::ProcessError;

pub(super) const STATEMENT: &str = "bubblewrap: the tests see your files read-only, your home not at all, and no network but their own loopback; \
     memory is not limited";

/// Throw-away folders inside. `/run` and `/tmp` hold the sockets of local services, among them ones that give away the
/// machine.
pub(super) const ALWAYS_HIDDEN: [&str; 3] = ["/tmp", "/var/tmp", "/run"];
/// Name resolution reads this through a link in `/etc` on many systems.
const RESOLVER: &str = "/run/systemd/resolve";

/// Path of `bwrap` on the user's `PATH`; looked for once.
pub(super) fn program() -> Result<PathBuf, ProcessError> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| environment::find_on_path("bwrap")).clone().ok_or_else(|| ProcessError::NotFound {
        program: "bwrap".to_owned(),
        searched: "PATH (it comes with the package `bubblewrap`)".to_owned(),
    })
}

/// One change to the file system inside.
enum Mount {
    Empty(PathBuf),
    /// A file that reads as empty.
    Blank(PathBuf),
    Bind {
        from: PathBuf,
        to: PathBuf,
        access: Access,
    },
}

impl Mount {
    fn place(&self) -> &Path {
        match self {
            Self::Empty(to) | Self::Blank(to) | Self::Bind { to, .. } => to,
        }
    }

    /// Upper folders first, so that the deeper path wins; at the same place what is shown wins over what is hidden,
    /// and what is writable over what is not.
    fn order(&self) -> (usize, u8) {
        let kind = match self {
            Self::Empty(_) | Self::Blank(_) => 0,
            Self::Bind { access: Access::ReadOnly, .. } => 1,
            Self::Bind { access: Access::ReadWrite, .. } => 2,
        };
        (self.place().components().count(), kind)
    }

    fn argue(self, args: &mut Vec<OsString>) {
        let words: [OsString; 3] = match self {
            Self::Empty(to) => {
                args.extend([OsString::from("--tmpfs"), to.into_os_string()]);
                return;
            }
            Self::Blank(to) => ["--ro-bind".into(), "/dev/null".into(), to.into_os_string()],
            // What can be missing is a folder that is merely shown; a missing writable one is a mistake worth seeing.
            Self::Bind { from, to, access: Access::ReadOnly } => ["--ro-bind-try".into(), from.into(), to.into()],
            Self::Bind { from, to, access: Access::ReadWrite } => ["--bind".into(), from.into(), to.into()],
        };
        args.extend(words);
    }
}

/// Arguments of `bwrap`, the program included.
pub(super) fn arguments(confinement: &Confinement, program: &Path, args: &[OsString], cwd: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> =
        ["--unshare-all", "--die-with-parent", "--new-session"].iter().map(OsString::from).collect();
    if confinement.network {
        words.push("--share-net".into());
    }
    // Started by root, bubblewrap would leave all capabilities, and with them the way to remount.
    for word in ["--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"] {
        words.push(word.into());
    }
    let mut mounts = mounts(confinement);
    mounts.sort_by_key(Mount::order);
    for mount in mounts {
        mount.argue(&mut words);
    }
    words.extend([OsString::from("--chdir"), cwd.as_os_str().to_owned(), "--".into(), program.into()]);
    words.extend(args.iter().cloned());
    words
}

fn mounts(confinement: &Confinement) -> Vec<Mount> {
    let hidden: Vec<PathBuf> = ALWAYS_HIDDEN
        .iter()
        .map(PathBuf::from)
        .chain(confinement.hide.iter().cloned())
        // bubblewrap does not follow links at the place of a mount.
        .filter_map(|path| path.canonicalize().ok())
        .filter(|path| path.as_os_str() != OsStr::new("/"))
        .collect();
    let mut mounts = Vec::new();
    for path in &hidden {
        mounts.push(if path.is_dir() { Mount::Empty(path.clone()) } else { Mount::Blank(path.clone()) });
    }
    if confinement.network {
        let access = Access::ReadOnly;
        mounts.push(Mount::Bind { from: RESOLVER.into(), to: RESOLVER.into(), access });
    }
    for bind in confinement.shown() {
        let real = bind.to.canonicalize().unwrap_or_else(|_| bind.to.clone());
        let by_link = real != bind.to && hidden.iter().any(|folder| bind.to.starts_with(folder));
        if by_link {
            // The link that leads there is hidden, so the place is made under the given name, too.
            mounts.push(Mount::Bind { from: bind.from.clone(), to: bind.to, access: bind.access });
        }
        mounts.push(Mount::Bind { from: bind.from, to: real, access: bind.access });
    }
    mounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rungs::Rung;

    #[test]
    fn the_deeper_path_wins_and_capabilities_are_dropped() {
        let mut confinement = Confinement::new(Rung::Bubblewrap, "/tmp/t", "/tmp/h");
        confinement.hide = vec!["/usr".into()];
        confinement.read_only = vec!["/usr/bin/env".into(), "/tmp/t/env".into()];
        let words = arguments(&confinement, Path::new("/usr/bin/env"), &["-x".into()], Path::new("/tmp/t"));
        let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let line = words.join(" ");
        let place = |words: &str| line.find(words).unwrap_or_else(|| panic!("{words} is missing in {line}"));
        assert!(place("--cap-drop ALL") < place("--ro-bind / /"));
        assert!(place("--tmpfs /usr") < place("--ro-bind-try /usr/bin/env"));
        assert!(place("--bind /tmp/t /tmp/t") < place("--ro-bind-try /tmp/t/env"));
        assert!(line.ends_with("--chdir /tmp/t -- /usr/bin/env -x"));
        assert!(!line.contains("--share-net"));
    }
}

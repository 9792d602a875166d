//! What the git door promises: the user's things stay where they are, and the same step makes the same commit.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use uplift_model::Hint;
use uplift_sandbox::git::{Git, GitError, Oid, Signature};

struct Repo(tempfile::TempDir);

impl Repo {
    fn empty() -> Self {
        let repo = Self(tempfile::tempdir().unwrap());
        repo.git(&["init", "-q", "-b", "main", "."]);
        repo
    }

    fn new() -> Self {
        let repo = Self::empty();
        repo.write("app/main.py", "print(1)\n");
        repo.write("requirements.txt", "left==1\n");
        repo.write("run.sh", "#!/bin/sh\n");
        repo.write(".gitignore", "*.log\ncache/\n");
        fs::set_permissions(repo.at("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("requirements.txt", repo.at("link.txt")).unwrap();
        repo.commit("first");
        repo
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"])
            .args(args)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    fn door(&self) -> Git {
        Git::at(self.0.path())
    }

    fn head(&self) -> Oid {
        self.door().commit_of("HEAD").unwrap().unwrap()
    }
}

fn uplift() -> Signature {
    Signature { name: "Uplift".into(), email: "uplift@example.invalid".into(), seconds: 1_700_000_000 }
}

#[test]
fn a_repository_is_described_from_anywhere_inside() {
    let repo = Repo::new();
    let seen = Git::open(&repo.at("app/main.py")).unwrap();
    assert_eq!(seen.top, repo.0.path().canonicalize().unwrap());
    assert_eq!(seen.git_common_dir, seen.top.join(".git"));
    assert_eq!(
        (seen.head_branch.as_deref(), seen.bare, seen.dirty, seen.submodules),
        (Some("main"), false, false, false)
    );
    assert_eq!(seen.usable_head().unwrap().as_str(), repo.git(&["rev-parse", "HEAD"]));
    repo.write("noise.log", "ignored");
    assert!(!Git::open(repo.0.path()).unwrap().dirty);
    repo.write("new.py", "");
    repo.git(&["checkout", "-q", "--detach"]);
    let seen = Git::open(repo.0.path()).unwrap();
    assert!(seen.dirty);
    assert_eq!(seen.head_branch, None);
}

#[test]
fn what_cannot_be_worked_on_is_said_with_a_way_out() {
    let nothing = tempfile::tempdir().unwrap();
    let error = Git::open(nothing.path()).unwrap_err();
    assert!(matches!(error, GitError::NotARepository(_)) && error.hint().is_some(), "{error}");

    let empty = Repo::empty();
    let error = Git::open(empty.0.path()).unwrap().usable_head().unwrap_err().to_string();
    assert!(error.ends_with("has no commits yet"), "{error}");

    let bare = tempfile::tempdir().unwrap();
    assert!(Command::new("git").args(["init", "-q", "--bare"]).current_dir(bare.path()).status().unwrap().success());
    let seen = Git::open(bare.path()).unwrap();
    assert!(matches!(seen.usable_head(), Err(GitError::Bare(_))));
    assert!(matches!(Git::open(&Repo::new().at(".git")), Err(GitError::NotARepository(_))));
    assert!(matches!(Git::open(Path::new("/no/such/place")), Err(GitError::File { .. })));
}

#[test]
fn submodules_are_noticed() {
    let repo = Repo::new();
    let head = repo.head();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor/lib")]);
    assert!(Git::open(repo.0.path()).unwrap().submodules);
}

#[test]
fn a_written_tree_differs_in_the_given_files_only_and_keeps_modes() {
    let repo = Repo::new();
    let git = repo.door();
    let base = git.tree_of("HEAD").unwrap();
    let before = git.fingerprint().unwrap();
    let changes = [
        ("requirements.txt".into(), Some(b"left==2\r\n".to_vec())),
        ("run.sh".into(), Some(b"#!/bin/sh\nexit\n".to_vec())),
        ("app/main.py".into(), None),
        ("deep/er/new.py".into(), Some(Vec::new())),
        ("never/was.py".into(), None),
    ];
    let tree = git.write_tree(&base, &changes).unwrap();
    assert_eq!(git.fingerprint().unwrap(), before);
    let entries = git.list(tree.as_str()).unwrap();
    let entries: Vec<_> = entries.iter().map(|e| (e.mode.as_str(), e.path.to_str().unwrap())).collect();
    assert_eq!(
        entries,
        [
            ("100644", ".gitignore"),
            ("100644", "deep/er/new.py"),
            ("120000", "link.txt"),
            ("100644", "requirements.txt"),
            ("100755", "run.sh")
        ]
    );
    let read = |path: &str| git.read_file(tree.as_str(), Path::new(path)).unwrap();
    assert_eq!(read("requirements.txt"), Some(b"left==2\r\n".to_vec()));
    assert_eq!(read("deep/er/new.py"), Some(Vec::new()));
    assert_eq!((read("app/main.py"), read("link.txt")), (None, None));
    let names = git.diff_names(base.as_str(), tree.as_str()).unwrap();
    assert_eq!(names, ["app/main.py", "deep/er/new.py", "requirements.txt", "run.sh"].map(PathBuf::from));
    assert_eq!(git.write_tree(&base, &[]).unwrap(), base);
}

#[test]
fn paths_that_leave_the_repository_and_links_are_refused() {
    let repo = Repo::new();
    let git = repo.door();
    let base = git.tree_of("HEAD").unwrap();
    for path in ["../x", "/etc/x", ".git/config", "a/.git/x", ""] {
        let error = git.write_tree(&base, &[(path.into(), Some(Vec::new()))]).unwrap_err();
        assert!(matches!(error, GitError::Path(_)), "{path}: {error}");
    }
    let error = git.write_tree(&base, &[("link.txt".into(), Some(Vec::new()))]).unwrap_err();
    assert!(matches!(error, GitError::NotAFile(_)));
}

#[test]
fn the_same_commit_has_the_same_name_whoever_runs_it() {
    let repo = Repo::new();
    let tree = repo.door().tree_of("HEAD").unwrap();
    let head = repo.head();
    let one = repo.door().commit_tree(&tree, Some(&head), "Raise left\n\nEvidence: ünï\n", &uplift()).unwrap();
    repo.git(&["config", "user.name", "Somebody Else"]);
    repo.git(&["config", "commit.gpgSign", "true"]);
    let two = repo.door().commit_tree(&tree, Some(&head), "Raise left\n\nEvidence: ünï\n", &uplift()).unwrap();
    assert_eq!(one, two);
    assert_eq!(
        repo.git(&["log", "-1", "--format=%an <%ae> %ad %cn", "--date=raw", one.as_str()]),
        "Uplift <uplift@example.invalid> 1700000000 +0000 Uplift"
    );
    let root = repo.door().commit_tree(&tree, None, "root", &uplift()).unwrap();
    // Pinned: the tree, the words, the name and the date are all there is in it.
    assert_eq!(root.as_str(), "b90a83b612229a1bcdec8b700106a6b2062c43ae");
}

#[test]
fn a_reference_moves_only_from_where_it_is_known_to_be() {
    let repo = Repo::new();
    let git = repo.door();
    let head = repo.head();
    let tree = git.tree_of("HEAD").unwrap();
    let next = git.commit_tree(&tree, Some(&head), "next", &uplift()).unwrap();
    let name = "refs/heads/uplift/test";
    git.update_ref(name, &head, None).unwrap();
    assert!(matches!(git.update_ref(name, &next, None), Err(GitError::Moved { .. })));
    git.update_ref(name, &next, Some(&head)).unwrap();
    assert!(matches!(git.update_ref(name, &next, Some(&head)), Err(GitError::Moved { .. })));
    assert!(matches!(git.delete_ref(name, &head), Err(GitError::Moved { .. })));
    assert_eq!(git.reference(name).unwrap(), Some(next.clone()));
    assert_eq!(git.references("refs/heads/uplift/").unwrap(), [(name.to_owned(), next.clone())]);
    git.delete_ref(name, &next).unwrap();
    git.delete_ref(name, &next).unwrap();
    assert_eq!(git.reference(name).unwrap(), None);
    assert!(matches!(git.update_ref(name, &next, Some(&head)), Err(GitError::Moved { .. })));
    assert!(git.is_ancestor(&head, &next).unwrap() && !git.is_ancestor(&next, &head).unwrap());
}

#[test]
fn a_lock_left_by_another_git_is_named_and_left_alone() {
    let repo = Repo::new();
    repo.write(".git/refs/heads/side.lock", "");
    let error = repo.door().update_ref("refs/heads/side", &repo.head(), None).unwrap_err();
    let lock = repo.at(".git/refs/heads/side.lock");
    assert!(matches!(&error, GitError::Locked(path) if path.ends_with("refs/heads/side.lock")), "{error}");
    assert!(lock.exists() && error.hint().unwrap().contains("remove"));
}

#[test]
fn names_that_are_no_utf8_survive() {
    let repo = Repo::new();
    let odd = PathBuf::from(OsString::from_vec(b"app/caf\xe9\n.py".to_vec()));
    repo.write(&odd, "x");
    repo.commit("odd");
    let git = repo.door();
    assert!(git.list_files("HEAD").unwrap().contains(&odd));
    assert_eq!(git.read_file("HEAD", &odd).unwrap(), Some(b"x".to_vec()));
    let base = git.tree_of("HEAD").unwrap();
    let tree = git.write_tree(&base, &[(odd.clone(), Some(b"y".to_vec()))]).unwrap();
    assert_eq!(git.read_file(tree.as_str(), &odd).unwrap(), Some(b"y".to_vec()));
}

#[test]
fn hooks_of_the_user_do_not_run() {
    let repo = Repo::new();
    let ran = repo.at("hook-ran");
    for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
        repo.write(format!(".git/hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", ran.display()));
        fs::set_permissions(repo.at(format!(".git/hooks/{hook}")), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let out = tempfile::tempdir().unwrap();
    let git = repo.door();
    git.worktree_add_detached(&out.path().join("wt"), "HEAD").unwrap();
    git.update_ref("refs/uplift/x", &repo.head(), None).unwrap();
    assert!(!ran.exists());
}

/// A worktree after a bad day of tests.
fn wreck(place: &Path) {
    fs::write(place.join("app/main.py"), "print(2)\n").unwrap();
    fs::remove_file(place.join("requirements.txt")).unwrap();
    fs::create_dir(place.join("requirements.txt")).unwrap();
    fs::write(place.join("requirements.txt/in-the-way"), "x").unwrap();
    fs::set_permissions(place.join("run.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(place.join("noise.log"), "ignored").unwrap();
    for nested in ["cache/repo", "nested", "app"] {
        fs::create_dir_all(place.join(nested)).unwrap();
        let init = Command::new("git").args(["init", "-q"]).current_dir(place.join(nested)).status().unwrap();
        assert!(init.success());
    }
    fs::create_dir_all(place.join("locked/deep")).unwrap();
    fs::write(place.join("locked/deep/file"), "x").unwrap();
    fs::set_permissions(place.join("locked/deep"), fs::Permissions::from_mode(0o500)).unwrap();
    fs::set_permissions(place.join("locked"), fs::Permissions::from_mode(0o500)).unwrap();
    fs::write(place.join(".git"), "gitdir: /nowhere\n").unwrap();
}

/// Path, executable bit and content of all files, `.git` aside.
fn files(folder: &Path) -> Vec<(PathBuf, bool, Vec<u8>)> {
    let mut found = Vec::new();
    let mut next = vec![folder.to_owned()];
    while let Some(folder) = next.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if entry.file_name() == ".git" {
                continue;
            }
            if kind.is_dir() {
                next.push(entry.path());
            } else {
                let executable = !kind.is_symlink() && entry.metadata().unwrap().permissions().mode() & 0o100 != 0;
                let content = if kind.is_symlink() {
                    fs::read_link(entry.path()).unwrap().into_os_string().into_vec()
                } else {
                    fs::read(entry.path()).unwrap()
                };
                found.push((entry.path(), executable, content));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_wrecked_worktree_becomes_clean_again_and_nothing_of_the_user_moves() {
    let repo = Repo::new();
    repo.write("requirements.txt", "left==1\nmine==0\n");
    repo.write("untracked.py", "mine");
    repo.git(&["add", "requirements.txt"]);
    repo.git(&["stash", "-q"]);
    repo.write("noise.log", "mine");
    repo.write("app/main.py", "print('mine')\n");
    let git = repo.door();
    let before = git.fingerprint().unwrap();

    let out = tempfile::tempdir().unwrap();
    let place = out.path().join("wt");
    git.worktree_add_detached(&place, "HEAD").unwrap();
    let fresh = files(&place);
    wreck(&place);
    let strays = git.untracked(&place).unwrap();
    assert!(strays.contains(&"noise.log".into()) && !strays.contains(&"app/main.py".into()), "{strays:?}");
    git.checkout_clean(&place, "HEAD").unwrap();
    assert_eq!(files(&place), fresh);
    assert!(!place.join("app/.git").exists() && !place.join("nested").exists());

    let base = git.tree_of("HEAD").unwrap();
    let tree = git.write_tree(&base, &[("requirements.txt".into(), Some(b"left==2\n".to_vec()))]).unwrap();
    wreck(&place);
    git.checkout_clean(&place, tree.as_str()).unwrap();
    assert_eq!(fs::read(place.join("requirements.txt")).unwrap(), b"left==2\n");
    let commit = git.commit_tree(&tree, Some(&repo.head()), "next", &uplift()).unwrap();
    git.checkout_clean(&place, commit.as_str()).unwrap();
    let inside = Git::open(&place).unwrap();
    assert_eq!((inside.head, inside.head_branch, inside.dirty), (Some(commit), None, false));

    git.worktree_remove(&place).unwrap();
    git.worktree_remove(&place).unwrap();
    assert!(!place.exists());
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(git.fingerprint().unwrap(), before);
}

#[test]
fn a_lost_worktree_is_made_anew_and_foreign_folders_are_never_removed() {
    let repo = Repo::new();
    let git = repo.door();
    let out = tempfile::tempdir().unwrap();
    let place = out.path().join("wt");
    git.worktree_add_detached(&place, "HEAD").unwrap();
    fs::remove_dir_all(&place).unwrap();
    git.worktree_add_detached(&place, "HEAD").unwrap();
    assert!(place.join("run.sh").exists());
    fs::remove_dir_all(&place).unwrap();
    git.checkout_clean(&place, "HEAD").unwrap();
    assert!(place.join("run.sh").exists());
    git.worktree_remove(&place).unwrap();

    assert!(matches!(git.worktree_remove(repo.0.path()), Err(GitError::NotOurs(_))));
    assert!(matches!(git.worktree_remove(&repo.at("app")), Err(GitError::NotOurs(_))));
    assert!(matches!(git.checkout_clean(repo.0.path(), "HEAD"), Err(GitError::NotOurs(_))));
    let other = Repo::new();
    assert!(matches!(git.worktree_remove(other.0.path()), Err(GitError::NotOurs(_))));
    assert!(repo.at("app/main.py").exists() && other.at("app/main.py").exists());
}

#[test]
fn the_fingerprint_sees_every_kind_of_change() {
    let repo = Repo::new();
    let git = repo.door();
    let mut last = git.fingerprint().unwrap();
    let mut changed = |what: &str| {
        let now = git.fingerprint().unwrap();
        assert_ne!(now, last, "{what} went unseen");
        last = now;
    };
    repo.write("noise.log", "x");
    changed("an ignored file");
    fs::set_permissions(repo.at("app/main.py"), fs::Permissions::from_mode(0o755)).unwrap();
    changed("a mode");
    repo.git(&["add", "app/main.py"]);
    changed("the index");
    repo.git(&["branch", "side"]);
    changed("a branch");
    repo.git(&["checkout", "-q", "side"]);
    changed("HEAD");
    repo.git(&["update-ref", "refs/uplift/ours", "HEAD"]);
    assert_eq!(git.fingerprint().unwrap(), last);
}

#[test]
fn the_users_branch_moves_forward_only() {
    let repo = Repo::new();
    let git = repo.door();
    let head = repo.head();
    let base = git.tree_of("HEAD").unwrap();
    let tree = git.write_tree(&base, &[("requirements.txt".into(), Some(b"left==2\n".to_vec()))]).unwrap();
    let next = git.commit_tree(&tree, Some(&head), "next", &uplift()).unwrap();
    let side = git.commit_tree(&tree, None, "side", &uplift()).unwrap();
    assert!(git.merge_ff(&side).is_err());
    repo.write("requirements.txt", "mine\n");
    assert!(git.merge_ff(&next).is_err());
    assert_eq!(fs::read_to_string(repo.at("requirements.txt")).unwrap(), "mine\n");
    repo.git(&["checkout", "-q", "requirements.txt"]);
    git.merge_ff(&next).unwrap();
    assert_eq!(fs::read_to_string(repo.at("requirements.txt")).unwrap(), "left==2\n");
    assert_eq!(repo.head(), next);
}

#[test]
fn a_repository_is_found_from_anywhere_in_it() {
    let repo = Repo::new();
    let top = repo.0.path().canonicalize().unwrap();
    let odd = "a name\nof two lines/ü/ deep";
    repo.write(format!("{odd}/x.py"), "1\n");
    for from in [String::new(), "app".to_owned(), "app/main.py".to_owned(), odd.to_owned()] {
        let place = Git::find(&repo.at(&from)).unwrap();
        assert_eq!((place.top.as_path(), place.bare), (top.as_path(), false), "from {from:?}");
        assert_eq!(place.git_common_dir.canonicalize().unwrap(), top.join(".git"));
        assert_eq!(place.head(), Some(repo.head()));
    }
    // A worktree is a place of its own beside the same git folder; a link leads to where it points.
    let beside = tempfile::tempdir().unwrap();
    let tree = beside.path().join("line\nbreak");
    repo.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap()]);
    let place = Git::find(&tree.join("app")).unwrap();
    assert_eq!(place.top, tree.canonicalize().unwrap());
    assert_eq!(place.git_common_dir.canonicalize().unwrap(), top.join(".git"));
    let link = beside.path().join("link");
    symlink(&top, &link).unwrap();
    assert_eq!(Git::find(&link.join("app")).unwrap().top, top);
    // Inside the git folder there is no work tree.
    assert!(matches!(Git::find(&repo.at(".git")), Err(GitError::NotARepository(_))));
    assert_eq!(Git::find(Repo::empty().0.path()).unwrap().head(), None);
}

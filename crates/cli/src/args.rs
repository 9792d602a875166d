//! The verbs and flags, as clap reads them.
//!
//! Lives here: names, defaults, help. Lives elsewhere: what the flags override (`crate::settings`).

mod approve;
mod format;
pub(crate) mod hygiene;
mod plan;
mod policy;
mod report;

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use uplift_engine::Condition;
use uplift_engine::OverlayItem;
use uplift_model::PackageName;
use uplift_model::settings::Strategy;

pub(crate) use self::format::Format;
pub(crate) use self::plan::Planning;
pub(crate) use self::policy::Policies;
pub(crate) use self::report::Reporting;
use crate::settings::{Rule, Wanted};
pub(crate) use approve::Approving;

/// Upgrade a repository's aged dependencies, with proof.
///
/// Every update is tried in a worktree and an environment of its own; what the project's tests accept is kept as one
/// commit each on a new branch, what breaks them is held at the best version that passes. Your work tree is not touched.
#[derive(Debug, Parser)]
#[command(name = "uplift", version, max_term_width = 100, arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
}

/// Flags of every verb.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Everywhere {
    /// Work as if started in this folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// What stdout holds: a screen for people, or exactly one document; not every answer has every form
    #[arg(long, value_enum, default_value = "table", global = true)]
    pub(crate) format: Format,
    /// Whether to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: When,
    /// Log more to stderr; twice: what is run and fetched; three times: everything
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    /// No progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try every update, keep what the tests accept, deliver a branch
    Upgrade(Box<Upgrade>),
    /// Find out what the project depends on and what is wrong with it; changes nothing
    Check(Box<Checking>),
    /// Keep known vulnerabilities for offline use
    Advisories {
        #[command(subcommand)]
        verb: Advisories,
    },
    /// Show what would move, together with what, in which phase and why; changes nothing
    Plan(Box<Planning>),
    /// Say whether a set of versions goes together, and what decides; changes nothing
    Validate(Box<Validating>),
    /// Write a report that people can act on: plan, assessment, checklist, summary, …; changes nothing
    Report(Box<Reporting>),
    /// Find out what the repository does to keep itself in order: CI, tests, containers, operation; mend single findings
    Hygiene(Box<hygiene::Hygiene>),
    /// Take down that somebody agrees to steps of a plan
    Approve(Approving),
    /// Show where the newest run stands
    Status,
    /// List the runs of this repository
    Runs,
    /// Show a run, or all that is known of one package in it
    Show(Show),
    /// Go on with a run that was interrupted
    Resume {
        /// The run; the interrupted one when left out
        run: Option<String>,
    },
    /// End a run that is going or was interrupted; nothing of it is delivered
    Cancel {
        /// The run; the open one when left out
        run: Option<String>,
    },
    /// Take a run back: all of it, or single packages, and test the rest again
    Rollback {
        run: String,
        /// Packages to take back; all when left out
        packages: Vec<PackageName>,
    },
    /// Fast-forward your branch to what a run delivered
    Apply { run: String },
    /// Let a package move again that an earlier rollback holds
    Lift { package: PackageName },
    /// Write uplift.toml with what was found
    Init {
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Look at what Uplift needs of this machine
    Doctor,
    /// Copy out a small aged project and upgrade it
    Demo {
        /// Folder to create
        #[arg(default_value = "shelf")]
        dest: PathBuf,
        /// Only copy it out and commit it
        #[arg(long)]
        no_upgrade: bool,
    },
    /// Print the completions of a shell
    Completions { shell: Shell },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Upgrade {
    /// The repository, or the project's folder in it; with --apply: or a run
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) policies: Policies,
    /// Carry out exactly this plan (a file of `uplift plan --format json`); refused when the repository has changed under it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "strategy", "target", "stages", "ignore", "hold"])]
    pub(crate) plan: Option<PathBuf>,
    /// Show the plan and the test command, and stop there
    #[arg(long, conflicts_with = "apply")]
    pub(crate) dry_run: bool,
    /// Fast-forward your branch to the result
    #[arg(long)]
    pub(crate) apply: bool,
    /// Afterwards, show all evidence for this package
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) explain: Option<PackageName>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Advisories {
    /// Fetch OSV's exports where they changed, and index them
    Update,
    /// Say what is kept, and how old it is
    Show,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Checking {
    /// The repository, or any folder in it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// List what is current and of low risk as well
    #[arg(long)]
    pub(crate) all: bool,
    /// Count ages to this day and see no later release; the report then comes out the same tomorrow
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Ask nothing over the network; what is not in the cache is not retrieved
    #[arg(long)]
    pub(crate) offline: bool,
    /// Ask everything anew that an earlier check learnt
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Exit with 1 when this holds: critical, high, moderate, low, age=DAYS, majors=N, unavailable, yanked, deprecated,
    /// unpinned, end-of-life, not-retrieved; may be given again, or with commas
    #[arg(long, value_name = "CONDITION", value_delimiter = ',')]
    pub(crate) fail_on: Vec<Condition>,
    /// Show what changed since an older analysis: a JSON file, the name of a kept one, or `last`
    #[arg(long, value_name = "OLD")]
    pub(crate) diff: Option<String>,
    /// OSV records to use: an export archive, a folder or a file; may be given again
    #[arg(long, value_name = "PATH")]
    pub(crate) advisories: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) policies: Policies,
    /// List the analyses that are kept for this repository
    #[arg(long, conflicts_with_all = ["diff", "fail_on", "explain"])]
    pub(crate) history: bool,
    /// Show everything known of this package instead
    #[arg(long, value_name = "PACKAGE", conflicts_with = "diff")]
    pub(crate) explain: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Validating {
    /// The repository, or any folder in it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Manifests that make up the set, in place of the components found
    #[arg(long, value_name = "FILE", value_delimiter = ',')]
    pub(crate) files: Vec<String>,
    /// The component's folder, from the path
    #[arg(long, value_name = "DIR")]
    pub(crate) component: Option<String>,
    /// Put this in place of what the files say: NAME==VERSION, NAME>=VERSION, for npm NAME@RANGE; may be given again
    #[arg(long, value_name = "REQUIREMENT")]
    pub(crate) set: Vec<OverlayItem>,
    /// Check this plan (a file of `uplift plan --format json`) after every step and at its end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set", "files", "component"])]
    pub(crate) plan: Option<PathBuf>,
    /// Answer for this Python, on this machine or not; may be given again
    #[arg(long, value_name = "VERSION")]
    pub(crate) python: Vec<String>,
    /// Answer for every line of Python that the project admits
    #[arg(long)]
    pub(crate) all_pythons: bool,
    /// Hold engines against this Node in place of those that the project names
    #[arg(long, value_name = "VERSION")]
    pub(crate) node: Option<String>,
    /// See no release after this day
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Run this Python code in an environment of the set; may be given again
    #[arg(long, value_name = "CODE")]
    pub(crate) probe: Vec<String>,
    /// Import every direct dependency in an environment of the set
    #[arg(long)]
    pub(crate) imports: bool,
    /// Download and import nothing, not even what crosses an ABI boundary
    #[arg(long, conflicts_with_all = ["imports", "probe"])]
    pub(crate) no_imports: bool,
}

/// What may move and how it is tested; each flag overrides the settings.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Selection (these override uplift.toml)")]
pub(crate) struct Selection {
    /// The test command, as in a shell
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_tests")]
    pub(crate) test: Option<String>,
    /// Check imports only; the result says "not verified by tests"
    #[arg(long)]
    pub(crate) no_tests: bool,
    /// The interpreter: a version such as 3.11, or a path
    #[arg(long, value_name = "VERSION")]
    pub(crate) python: Option<String>,
    /// The project's folder, from the repository's root
    #[arg(long, value_name = "DIR")]
    pub(crate) component: Option<String>,
    /// How far targets reach
    #[arg(long, value_enum)]
    pub(crate) strategy: Option<Reach>,
    /// A package that never moves; may be given again, or with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) ignore: Vec<PackageName>,
    /// A bound that a package must keep, such as 'django<5'; may be given again
    #[arg(long, value_name = "REQUIREMENT")]
    pub(crate) hold: Vec<Rule>,
    /// The version that a package shall go to, such as 'django==4.2.16'; may be given again
    #[arg(long, value_name = "PACKAGE==VERSION")]
    pub(crate) target: Vec<Wanted>,
    /// A file that says in which order packages move: a line `NAME = PACKAGE, PACKAGE` for each stage
    #[arg(long, value_name = "FILE")]
    pub(crate) stages: Option<PathBuf>,
    /// Leave the transitive packages of the lock as they are
    #[arg(long)]
    pub(crate) no_refresh: bool,
    /// Test runs that one phase may spend on finding culprits and best versions
    #[arg(long, value_name = "RUNS")]
    pub(crate) budget: Option<u32>,
    /// Ask everything anew that an earlier plan learnt
    #[arg(long)]
    pub(crate) fresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reach {
    /// The newest release
    Latest,
    /// The newest release within the bounds that the project wrote
    Compatible,
    /// The newest release of the same minor line
    Patch,
    /// Only what has an advisory, to the lowest release without one
    Security,
    /// Only what is wrong, as little as mends it
    Minimal,
}

impl From<Reach> for Strategy {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Latest => Self::Latest,
            Reach::Compatible => Self::Compatible,
            Reach::Patch => Self::Patch,
            Reach::Security => Self::Security,
            Reach::Minimal => Self::Minimal,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The run; its first letters are enough
    pub(crate) run: String,
    /// A package
    pub(crate) package: Option<PackageName>,
    /// The text for a pull request, in Markdown
    #[arg(long, conflicts_with_all = ["package", "events"])]
    pub(crate) pull_request: bool,
    /// Everything that happened, one line each
    #[arg(long, conflicts_with = "package")]
    pub(crate) events: bool,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_or_after_the_verb() {
        for words in [["uplift", "-C", "a", "runs"], ["uplift", "runs", "-C", "a"]] {
            assert_eq!(Args::parse_from(words).everywhere.directory, Some(PathBuf::from("a")));
        }
    }

    #[test]
    fn ignoring_a_package_does_not_swallow_the_path() {
        let args = Args::parse_from(["uplift", "upgrade", "--ignore", "numpy,torch", "shop"]);
        let Command::Upgrade(upgrade) = args.command else { panic!("not an upgrade") };
        assert_eq!(upgrade.path, PathBuf::from("shop"));
        assert_eq!(upgrade.selection.ignore.len(), 2);
    }
}

//! Database migrations: which tool keeps the schema in step with the code, where its scripts are, what it is asked
//! (rows G16, G17, G20).
//!
//! Lives here: the tools that are known, and their own commands. Lives elsewhere: what is answered from it
//! (`super::questions`), what is typed (`super::local`).

use uplift_model::analysis::DependencyRow;

use super::Facts;

/// A tool by its name in the index, with what brings a database up to date and what compares it with the models.
struct Tool {
    package: &'static str,
    upgrade: Option<&'static str>,
    compare: Option<&'static str>,
}

const fn tool(package: &'static str, upgrade: Option<&'static str>, compare: Option<&'static str>) -> Tool {
    Tool { package, upgrade, compare }
}

/// One that drives another comes before it: its commands are those of the project.
const TOOLS: [Tool; 9] = [
    tool("flask-migrate", Some("flask db upgrade"), Some("flask db check")),
    tool("alembic", Some("alembic upgrade head"), Some("alembic check")),
    tool("django", Some("python manage.py migrate"), Some("python manage.py makemigrations --check")),
    tool("aerich", Some("aerich upgrade"), None),
    tool("peewee-migrate", None, None),
    tool("piccolo", None, None),
    tool("south", None, None),
    tool("sqlalchemy-migrate", None, None),
    tool("yoyo-migrations", None, None),
];

/// Rows of the tools in use.
pub(super) fn tools<'a>(facts: &Facts<'a>) -> Vec<&'a DependencyRow> {
    let rows = facts.parts.iter().filter_map(|part| part.analysis).flat_map(|component| &component.dependencies);
    rows.filter(|row| TOOLS.iter().any(|tool| row.is_named(tool.package))).collect()
}

pub(super) fn is_script(file: &str) -> bool {
    ["migrations/", "alembic/", "versions/"].iter().any(|folder| file.contains(folder))
}

/// Files among the scripts that import one of the tools, each once.
pub(super) fn scripts<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let sites = tools(facts).into_iter().filter_map(|row| row.usage.value()).flat_map(|usage| &usage.sites);
    let mut files: Vec<&str> = sites.map(|site| site.file.as_str()).filter(|file| is_script(file)).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// What is typed, and where.
pub(super) struct Commands {
    /// Folder that holds the scripts' folder; `.` for the root.
    pub folder: String,
    pub upgrade: Option<&'static str>,
    pub compare: Option<&'static str>,
}

/// Of the first tool in use whose scripts were seen; `None`: no scripts, or no command is known.
pub(super) fn commands(facts: &Facts<'_>) -> Option<Commands> {
    let used = tools(facts);
    let tool = TOOLS.iter().find(|tool| used.iter().any(|row| row.is_named(tool.package)))?;
    let script = scripts(facts).into_iter().next()?;
    let at = ["migrations/", "alembic/"].iter().find_map(|folder| script.find(folder)).unwrap_or(0);
    let folder = script.get(..at).unwrap_or_default().trim_end_matches('/');
    let folder = if folder.is_empty() { "." } else { folder };
    (tool.upgrade.is_some() || tool.compare.is_some()).then(|| Commands {
        folder: folder.to_owned(),
        upgrade: tool.upgrade,
        compare: tool.compare,
    })
}

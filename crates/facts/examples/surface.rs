//! What becomes of the names that a folder's code uses of a package: `cargo run -p uplift-facts --example surface --
//! FOLDER name==from->to…`. One line a name that is used, one for each that
//! changed or cannot be told.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use uplift_ecosystems::python::client::Clients;
use uplift_facts::releases::Store;
use uplift_facts::surface::{self, Asked, Doors, LARGEST_ARTIFACT};
use uplift_facts::tree::Tree;
use uplift_facts::usage::Index;
use uplift_model::{Datum, Ecosystem, PackageName};
use uplift_sandbox::Cancel;
use uplift_sandbox::dirs::Dirs;
use uplift_sandbox::fetch::{Fetch, FetchSettings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give a folder, then name==from->to for each package")?;
    let tree = Tree::walk(Path::new(&folder));
    let index = Index::read(&tree.files, &|path| tree.read(path));
    let mut asked = Vec::new();
    for text in arguments {
        let (name, span) = text.split_once("==").ok_or("write name==from->to")?;
        let (from, to) = span.split_once("->").ok_or("write name==from->to")?;
        let references = index.references(Ecosystem::Python, name, None);
        asked.push(Asked { name: PackageName::new(name)?, from: from.to_owned(), to: to.to_owned(), references });
    }
    let dirs = Dirs::find()?;
    let settings = FetchSettings { time_limit: Duration::from_secs(60), ..FetchSettings::default() };
    let fetch = Fetch::new(settings.clone())?;
    let artifacts = Fetch::new(FetchSettings { body_limit: LARGEST_ARTIFACT, ..settings })?;
    let kept = dirs.root().join("symbols");
    let indexes = Clients::new(dirs, Cancel::new()).index_urls().map_err(|e| e.to_string());
    let store = Store::new(&kept, &fetch, Duration::MAX, false);
    let found = surface::changes(&asked, &Doors { store: &store, artifacts: &artifacts, indexes: &indexes });
    let mut out = std::io::stdout().lock();
    for (one, found) in asked.iter().zip(found) {
        writeln!(out, "{} {} -> {}", one.name, one.from, one.to)?;
        let plain = one.references.iter().filter(|reference| !reference.derived);
        for symbol in plain.map(|reference| &reference.symbol).collect::<BTreeSet<_>>() {
            writeln!(out, "  used\t{symbol}")?;
        }
        match found {
            Datum::None => writeln!(out, "  nothing of it is used")?,
            Datum::NotRetrieved { why } => writeln!(out, "  not retrieved: {why}")?,
            Datum::Found { value } => {
                for change in &value.changes {
                    writeln!(out, "  {}\t{}\t{}", change.became(), change.symbol, change.placed())?;
                }
                for one in &value.untold {
                    writeln!(out, "  untold\t{}\t{}", one.symbol, one.why)?;
                }
                writeln!(out, "  {} names, {} judged; {}", value.used, value.judged, value.read.join(", "))?;
            }
        }
    }
    Ok(())
}

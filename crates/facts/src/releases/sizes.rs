//! Which file of a Python release an interpreter takes, and how large it is.

use uplift_ecosystems::python::registry::{File, Tags};

/// Bytes of the wheel that fits best, else of the source distribution; `None`: the index does not say, or nothing fits.
pub(super) fn download(files: &[&File], tags: &Tags) -> Option<u64> {
    let fits: Vec<&&File> = files.iter().filter(|f| tags.admits_python(f.requires_python.as_deref())).collect();
    let wheels = fits.iter().filter(|f| f.is_wheel() && tags.admits_wheel(&f.name));
    let best = wheels.max_by_key(|f| fitness(&f.name));
    best.or_else(|| fits.iter().find(|f| f.is_sdist()))?.size
}

/// Clients take compiled code before pure, this interpreter's before the stable interface, newer platforms before older.
fn fitness(wheel: &str) -> (bool, bool, Vec<u64>, String) {
    let compiled = !wheel.ends_with("-none-any.whl");
    let own = !wheel.contains("-abi3-");
    let platform = wheel.rsplit('-').next().unwrap_or_default();
    let numbers = platform.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    // `manylinux2014_x86_64` is an older way to write `manylinux_2_17_x86_64`.
    let numbers = if platform.starts_with("manylinux_") { numbers.collect() } else { Vec::new() };
    (compiled, own, numbers, wheel.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> File {
        File {
            name: name.to_owned(),
            url: String::new(),
            sha256: None,
            requires_python: None,
            yanked: None,
            uploaded: None,
            size: (size > 0).then_some(size),
        }
    }

    fn of(files: &[File]) -> Option<u64> {
        download(&files.iter().collect::<Vec<_>>(), &Tags::new("3.11", "linux", "x86_64"))
    }

    #[test]
    fn the_wheel_of_the_interpreter_counts_and_not_the_largest_or_the_first() {
        let mut files = vec![
            file("a-1.tar.gz", 9),
            file("a-1-py3-none-any.whl", 1),
            file("a-1-cp310-cp310-manylinux_2_28_x86_64.whl", 70),
            file("a-1-cp39-abi3-manylinux_2_28_x86_64.whl", 20),
            file("a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 30),
            file("a-1-cp311-cp311-manylinux_2_28_x86_64.whl", 40),
            file("a-1-cp311-cp311-macosx_11_0_arm64.whl", 80),
        ];
        assert_eq!(of(&files), Some(40));
        files[5].requires_python = Some("<3.11".to_owned());
        assert_eq!(of(&files), Some(30));
        files.truncate(4);
        assert_eq!(of(&files), Some(20));
        files.truncate(1);
        assert_eq!(of(&files), Some(9), "sources are downloaded where no wheel fits");
    }

    #[test]
    fn an_index_that_tells_no_size_leaves_it_unknown() {
        assert_eq!(of(&[file("a-1.tar.gz", 9), file("a-1-py3-none-any.whl", 0)]), None);
        assert_eq!(of(&[file("a-1-cp39-cp39-win_amd64.whl", 5)]), None);
        assert_eq!(of(&[]), None);
    }
}

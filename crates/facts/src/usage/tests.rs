//! The index over a small repository.

use uplift_model::Ecosystem;

use super::*;

const FILES: [(&str, &str); 8] = [
    ("backend/app/main.py", "import redis\nimport yaml\nfrom app import cache\nredis.from_url(u)\nredis.Redis\n"),
    ("backend/app/cache.py", "from google.cloud import storage, secretmanager\nstorage.Client()\nimport missing\n"),
    ("backend/tests/test_main.py", "import redis, responses\nredis.from_url\n"),
    ("backend/node_modules/x/i.js", "require('no')\n"),
    (
        "web/src/a.ts",
        "import axios, { AxiosError } from 'axios';\nimport { z } from '@/own';\nimport d3 from 'd3';\naxios.get(u);\n",
    ),
    ("web/src/b.test.ts", "import { x } from 'axios';\nimport type { Node } from 'estree';\n"),
    ("web/src/App.vue", "<script>\nimport lodash from 'lodash/fp'\n</script>\n"),
    ("backend/broken.py", "import celery\ndef (:\n"),
];

fn index() -> Index {
    let names: Vec<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
    Index::read(&names, &|path| FILES.iter().find(|(p, _)| *p == path).map(|(_, text)| text.as_bytes().to_vec()))
}

#[test]
fn use_is_counted_by_file_and_line_with_tests_apart() {
    let redis = index().counted(Ecosystem::Python, "redis", None);
    assert_eq!((redis.usage.files, redis.usage.count, redis.test_files, redis.test_count), (2, 5, 1, 2));
    let sites: Vec<(&str, u32, &str)> =
        redis.usage.sites.iter().map(|s| (s.file.as_str(), s.line, s.what.as_str())).collect();
    assert_eq!(
        sites,
        [
            ("backend/app/main.py", 1, "import redis"),
            ("backend/app/main.py", 4, "redis.from_url"),
            ("backend/app/main.py", 5, "redis.Redis"),
            ("backend/tests/test_main.py", 1, "import redis, responses"),
            ("backend/tests/test_main.py", 2, "redis.from_url"),
        ]
    );
    let axios = index().counted(Ecosystem::JavaScript, "axios", None);
    assert_eq!((axios.usage.files, axios.usage.count, axios.test_count), (2, 3, 1));
}

#[test]
fn namespace_packages_are_told_apart() {
    let index = index();
    let storage = index.usage(Ecosystem::Python, "google-cloud-storage", None);
    assert_eq!(storage.count, 2, "{storage:?}");
    assert_eq!(index.usage(Ecosystem::Python, "google-cloud-secret-manager", None).count, 1);
    assert_eq!(index.usage(Ecosystem::Python, "google-cloud-firestore", None).count, 0);
}

#[test]
fn a_component_sees_its_own_files_only() {
    let index = index();
    assert!(index.within("web", &[]).usage(Ecosystem::Python, "redis", None).count == 0);
    assert_eq!(index.within("backend", &["backend/tests"]).usage(Ecosystem::Python, "redis", None).files, 1);
    assert_eq!(index.within(".", &["backend", "."]).len(), 3);
    assert_eq!(index.within("", &[]).len(), index.len());
}

#[test]
fn what_nobody_states_is_told_once() {
    let provided = ["redis", "google.cloud.storage", "celery"].map(str::to_owned);
    let found = index().undeclared(Ecosystem::Python, &provided);
    let told: Vec<(&str, &str, u32, bool)> =
        found.iter().map(|u| (u.module.as_str(), u.file.as_str(), u.line, u.only_tests)).collect();
    assert_eq!(
        told,
        [
            ("google", "backend/app/cache.py", 1, false),
            ("missing", "backend/app/cache.py", 3, false),
            ("responses", "backend/tests/test_main.py", 1, true),
            ("yaml", "backend/app/main.py", 2, false),
        ]
    );
    let provided = ["axios", "@types/estree"].map(str::to_owned);
    let found: Vec<String> =
        index().undeclared(Ecosystem::JavaScript, &provided).into_iter().map(|u| u.module).collect();
    assert_eq!(found, ["d3", "lodash"]);
}

#[test]
fn imported_modules_are_listed_by_ecosystem() {
    let all = index().imported_modules();
    let lodash = all.iter().find(|m| m.module == "lodash").unwrap();
    assert_eq!((lodash.ecosystem, lodash.files), (Ecosystem::JavaScript, 1));
    assert!(all.iter().any(|m| m.module == "redis" && m.files == 2 && m.test_files == 1));
    assert!(!all.iter().any(|m| m.module == "no"), "vendored code is nobody's");
}

#[test]
fn a_file_that_does_not_parse_is_named_and_still_counts() {
    let index = index();
    let unparsed: Vec<String> = index.unparsed().into_iter().map(|u| u.file).collect();
    assert_eq!(unparsed, ["backend/broken.py"]);
    assert_eq!(index.usage(Ecosystem::Python, "celery", None).files, 1);
}

#[test]
fn symbols_are_told_in_full() {
    let found = index().references(Ecosystem::Python, "redis", None);
    let symbols: Vec<&str> = found.iter().map(|r| r.symbol.as_str()).collect();
    assert_eq!(symbols, ["redis", "redis.from_url", "redis.Redis", "redis", "redis.from_url"]);
}

#[test]
fn a_file_with_many_sites_leaves_room_for_the_others() {
    assert_eq!(super::shares(&[3, 60, 2]), [3, super::SITES - 5, 2]);
    assert_eq!(super::shares(&[]), [] as [usize; 0]);
    let many = super::shares(&[2; super::SITES + 9]);
    assert_eq!(many.iter().sum::<usize>(), super::SITES);
    for found in [vec![0, 1, 0], vec![40, 40], vec![100, 1, 1, 100, 7]] {
        let listed = super::shares(&found);
        assert_eq!(listed.iter().sum::<usize>(), found.iter().sum::<usize>().min(super::SITES), "{found:?}");
        assert!(listed.iter().zip(&found).all(|(listed, there)| listed <= there && (*there == 0 || *listed > 0)));
    }
}

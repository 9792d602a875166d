//! Imports and uses in JavaScript texts.

use super::super::read;
use crate::usage::sighting::Kind;
use crate::usage::sources::Language;

/// `line kind symbol`, by line.
fn found_in(text: &str, language: Language) -> Vec<String> {
    let read = read(text, language);
    let mut all = read.sightings;
    all.sort_by_key(|s| (s.line, s.kind));
    let kind = |kind| match kind {
        Kind::Import => "import",
        Kind::Use => "use",
        Kind::Named => "named",
        Kind::Derived => "derived",
    };
    all.iter().map(|s| format!("{} {} {}", s.line, kind(s.kind), s.symbol())).collect()
}

fn found(text: &str) -> Vec<String> {
    found_in(text, Language::JavaScript)
}

#[test]
fn every_form_of_import_is_seen() {
    let text = "import a from 'a';\nimport 'b/c.css';\nexport { x } from '@s/d/e';\nexport * from 'f';\nconst g = require('g');\nimport('h');\nrequire.resolve('i');\njest.mock('j');\nimport './own';\nimport fs from 'node:fs';\n";
    assert_eq!(
        found(text),
        [
            "1 import a",
            "2 import b",
            "3 import @s/d",
            "4 import f",
            "5 import g",
            "6 import h",
            "7 import i",
            "8 import j"
        ]
    );
}

#[test]
fn uses_are_told_by_their_full_name() {
    let text = "import axios, { AxiosError as E } from 'axios';\nimport * as d3 from 'd3';\naxios.get(u);\nnew E();\nd3.scale?.linear();\nfunction f(axios) { axios.no; }\n";
    assert_eq!(
        found(text),
        ["1 import axios", "2 import d3", "3 use axios.get", "4 use axios.AxiosError", "5 use d3.scale.linear"]
    );
}

#[test]
fn required_modules_are_followed() {
    let text = "const { readFile, x: y = 1 } = require('fs-extra');\nconst parse = require('yaml').parse;\nreadFile(y);\nparse(t);\nconst chalk = __importDefault(require('chalk'));\nchalk.default.red(t);\nconst glob = util.promisify(require('glob'));\nglob('*');\n";
    assert_eq!(
        found(text),
        [
            "1 import fs-extra",
            "2 import yaml",
            "2 derived yaml.parse",
            "3 use fs-extra.readFile",
            "3 use fs-extra.x",
            "4 use yaml.parse",
            "5 import chalk",
            "6 use chalk.red",
            "7 import glob",
            "8 use glob",
        ]
    );
}

#[test]
fn what_a_call_gave_is_followed() {
    let text = "import express from 'express';\nconst app = express();\napp.del('/x');\nconst { Router } = express;\nRouter().get('/');\n";
    assert_eq!(
        found(text),
        [
            "1 import express",
            "2 use express",
            "3 derived express().del",
            "4 use express",
            "5 use express.Router",
            "5 derived express.Router().get",
        ]
    );
}

#[test]
fn types_and_elements_are_uses() {
    let text = "/// <reference types=\"vite/client\" />\nimport React, { type FC } from 'react';\nimport fs = require('graceful-fs');\nimport { Link } from 'react-router-dom';\nconst A: FC<React.Props> = () => <Link to=\"/\"><React.Fragment /></Link>;\nlet t: import('estree').Node;\nfs.readSync;\n";
    assert_eq!(
        found_in(text, Language::Tsx),
        [
            "1 import vite",
            "2 import react",
            "3 import graceful-fs",
            "4 import react-router-dom",
            "5 use react.FC",
            "5 use react.Props",
            "5 use react-router-dom.Link",
            "5 use react.Fragment",
            "5 use react-router-dom.Link",
            "6 import estree",
            "7 use graceful-fs.readSync",
        ]
    );
}

#[test]
fn blocks_of_vue_files_keep_their_lines() {
    let text = "<template>\n  <p/>\n</template>\n<script setup lang=\"ts\">\nimport { ref } from 'vue'\nconst n: number = ref(0)\n</script>\n";
    assert_eq!(found_in(text, Language::Blocks), ["5 import vue", "6 use vue.ref"]);
}

#[test]
fn a_script_may_return_at_its_top() {
    let read = read("const a = require('a');\nif (x) return a.b;\n", Language::JavaScript);
    assert_eq!((read.unparsed, read.sightings.len()), (None, 2));
}

#[test]
fn a_file_that_does_not_parse_is_read_by_lines() {
    let read = read("import a from 'a';\nconst = = {;\nconst b = require('b');\n", Language::JavaScript);
    assert!(read.unparsed.is_some());
    let names: Vec<&str> = read.sightings.iter().map(|s| s.module.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "(import |from |export |require\\(|\\(|\\)|\\{|\\}|<a>|=>|'|`|\n|;| |[a-z]|\\.|\\PC){0,40}") {
        for language in [Language::JavaScript, Language::Tsx, Language::Declarations, Language::Blocks] {
            read(&text, language);
        }
    }
}

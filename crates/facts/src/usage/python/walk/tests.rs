//! Imports and uses in Python texts.

use super::super::read;
use crate::usage::sighting::Kind;

/// `line kind symbol`, by line.
fn found(text: &str) -> Vec<String> {
    let mut all = read(text, "a.py").sightings;
    all.sort_by_key(|s| (s.line, s.kind));
    all.iter()
        .map(|s| {
            let kind = match s.kind {
                Kind::Import => "import",
                Kind::Use => "use",
                Kind::Named => "named",
                Kind::Derived => "derived",
            };
            format!("{} {kind} {}", s.line, s.symbol())
        })
        .collect()
}

#[test]
fn imports_bind_names_and_their_uses_are_told_in_full() {
    let text = "import numpy as np\nimport os.path\nfrom fastapi import FastAPI as F, Depends\nnp.linalg.norm(x)\nos.sep\nF(dep=Depends)\n";
    assert_eq!(
        found(text),
        [
            "1 import numpy",
            "2 import os.path",
            "3 import fastapi.FastAPI",
            "3 import fastapi.Depends",
            "4 use numpy.linalg.norm",
            "5 use os.sep",
            "6 use fastapi.FastAPI",
            "6 use fastapi.Depends",
        ]
    );
}

#[test]
fn what_a_call_gave_is_followed() {
    let text = "import redis.asyncio as redis\nasync def f():\n    client = redis.from_url(u)\n    await client.close()\n    redis.Redis().ping()\n";
    assert_eq!(
        found(text),
        [
            "1 import redis.asyncio",
            "3 use redis.asyncio.from_url",
            "4 derived redis.asyncio.from_url().close",
            "5 use redis.asyncio.Redis",
            "5 derived redis.asyncio.Redis().ping",
        ]
    );
}

#[test]
fn a_class_made_from_an_imported_one_stands_for_it() {
    let text = "from pydantic import BaseModel\nclass A(BaseModel):\n    x: int\nA.parse_obj({})\n";
    assert_eq!(
        found(text),
        ["1 import pydantic.BaseModel", "2 use pydantic.BaseModel", "4 derived pydantic.BaseModel.parse_obj"]
    );
}

#[test]
fn names_of_inner_scopes_hide_imports() {
    let text = "import redis\ndef f(redis):\n    return redis.get\ndef g():\n    redis = 1\n    redis.x\n[redis for redis in y]\nlambda redis: redis.a\nclass C:\n    redis = 2\n    def m(self):\n        return redis.pipeline\n";
    assert_eq!(found(text), ["1 import redis", "12 use redis.pipeline"]);
}

#[test]
fn an_import_that_may_fail_is_guarded_and_keeps_its_name() {
    let read = read("try:\n    import yaml\nexcept ImportError:\n    yaml = None\nyaml.load\nimport six\n", "a.py");
    let guarded: Vec<(String, bool)> = read.sightings.iter().map(|s| (s.symbol(), s.guarded)).collect();
    assert_eq!(
        guarded,
        [("yaml", true), ("yaml.load", false), ("six", false)].map(|(name, guard)| (name.to_owned(), guard))
    );
}

#[test]
fn local_imports_and_aliases_are_followed() {
    let text = "def f():\n    import stripe\n    hook = stripe.Webhook\n    hook.construct_event(x)\n";
    assert_eq!(found(text), ["2 import stripe", "3 use stripe.Webhook", "4 use stripe.Webhook.construct_event"]);
}

#[test]
fn modules_named_by_a_string_are_imports() {
    let text = "import importlib\nimportlib.import_module('celery.app')\n__import__('boto3')\nother('flask')\n";
    assert_eq!(
        found(text),
        ["1 import importlib", "2 import celery.app", "2 use importlib.import_module", "3 import boto3"]
    );
}

#[test]
fn settings_name_modules_by_string() {
    let text = "INSTALLED_APPS = ['corsheaders', 'django.contrib.admin']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\nother = ['x.y']\nSECRET = 'word'\n";
    let names: Vec<String> = read(text, "site/settings.py").sightings.iter().map(|s| s.symbol()).collect();
    assert_eq!(names, ["corsheaders", "django.contrib.admin", "django.db.backends.mysql"]);
    assert!(read(text, "site/models.py").sightings.is_empty());
}

#[test]
fn old_python_keeps_its_imports_and_uses() {
    let text = "import urllib2, redis\nprint 'hello'\nexec code in scope\ntry:\n    redis.call()\nexcept Foo, e:\n    pass\nfrom yaml import load\n";
    let read = read(text, "a.py");
    assert!(read.unparsed.is_some_and(|why| why.starts_with("line 2: ")));
    let names: Vec<String> = read.sightings.iter().map(|s| s.symbol()).collect();
    for name in ["urllib2", "redis", "redis.call", "yaml.load"] {
        assert!(names.iter().any(|n| n == name), "{name} of {names:?}");
    }
}

#[test]
fn relative_imports_are_the_projects_own() {
    assert!(found("from . import redis\nfrom .yaml import load\nredis.x\nload()\n").is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "(import |from |def |class |a\\.b|\\(|\\)|:|=|\n| |'|as |lambda |[a-z]|\\PC){0,40}") {
        read(&text, "settings.py");
    }
}

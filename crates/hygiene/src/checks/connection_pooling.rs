//! `connection-pooling`: connections to databases are kept and shared, with limits that somebody chose.

use uplift_model::Ecosystem;
use uplift_model::hygiene::{Evidence, Presence};

use super::{Answer, found, present};
use crate::code::{Call, Source};
use crate::place;
use crate::survey::Survey;

/// Parameters that size a pool, and those that keep its connections alive.
const SIZES: [&str; 12] = [
    "pool_size",
    "max_overflow",
    "max_size",
    "min_size",
    "maxsize",
    "minsize",
    "maxPoolSize",
    "max",
    "connectionLimit",
    "pool",
    "poolSize",
    "maxconn",
];
const CARE: [&str; 9] = [
    "pool_pre_ping",
    "pool_recycle",
    "pool_timeout",
    "max_idle",
    "max_lifetime",
    "timeout",
    "idleTimeoutMillis",
    "maxIdleTimeMS",
    "connectionTimeoutMillis",
];
/// Calls that open a pool or one connection after the other.
const ENGINES: [&str; 3] = ["create_engine", "create_async_engine", "engine_from_config"];
const POOLS: [&str; 12] = [
    "psycopg_pool.ConnectionPool",
    "psycopg_pool.AsyncConnectionPool",
    "asyncpg.create_pool",
    "aiomysql.create_pool",
    "SimpleConnectionPool",
    "ThreadedConnectionPool",
    "new Pool",
    "new pg.Pool",
    "mysql.createPool",
    "mysql2.createPool",
    "new Sequelize",
    "createPool",
];
const SINGLE: [&str; 9] = [
    "psycopg2.connect",
    "psycopg.connect",
    "asyncpg.connect",
    "pymysql.connect",
    "mysql.connector.connect",
    "aiomysql.connect",
    "new pg.Client",
    "mysql.createConnection",
    "mysql2.createConnection",
];

enum Kind {
    /// Sizes and care.
    Whole,
    Some(String),
    /// The library's default pool, or none.
    Default(String),
    Off(String),
    Unknown(String),
}

pub(super) fn look(survey: &Survey<'_>) -> Answer {
    let mut seen: Vec<(Kind, Vec<Evidence>)> = Vec::new();
    for source in survey.production().filter(|s| !is_migration(&s.path)) {
        for call in &source.calls {
            if let Some(kind) = kind(source, call) {
                let mut evidence = vec![source.evidence(call)];
                let settings = call.keywords.iter().filter(|k| is_setting(&k.name) || k.name == "poolclass");
                evidence.extend(
                    settings.map(|k| place::evidence(&source.path, Some(k.line), &format!("{}={}", k.name, k.value))),
                );
                seen.push((kind, evidence));
            }
        }
        seen.extend(django(survey, source));
    }
    summed(seen)
}

fn summed(seen: Vec<(Kind, Vec<Evidence>)>) -> Answer {
    let advice = "give the pool a size that fits the database's limit (`pool_size`, `max_overflow`), and let it check and renew \
                  its connections (`pool_pre_ping=True`, `pool_recycle`, `pool_timeout`)";
    if seen.is_empty() {
        return Answer::left_out("no code opens a connection to a database server");
    }
    let total = seen.len();
    let evidence =
        |want: fn(&Kind) -> bool| seen.iter().filter(|(k, _)| want(k)).flat_map(|(_, e)| e.clone()).collect::<Vec<_>>();
    let reason = |want: fn(&Kind) -> bool| {
        seen.iter().find(|(k, _)| want(k)).map(|(k, _)| match k {
            Kind::Some(why) | Kind::Default(why) | Kind::Off(why) | Kind::Unknown(why) => why.clone(),
            Kind::Whole => String::new(),
        })
    };
    let count = |want: fn(&Kind) -> bool| seen.iter().filter(|(k, _)| want(k)).count();
    let whole = count(|k| matches!(k, Kind::Whole));
    if whole == total {
        return present(
            "every engine has a pool with its own size, and looks after its connections",
            evidence(|_| true),
        );
    }
    let lacking = evidence(|k| !matches!(k, Kind::Whole));
    if let Some(why) = reason(|k| matches!(k, Kind::Off(_))) {
        return found(Presence::Neutralised, why, lacking, advice);
    }
    if whole > 0 || count(|k| matches!(k, Kind::Some(_))) > 0 {
        let why = reason(|k| !matches!(k, Kind::Whole)).unwrap_or_default();
        let because = if total > 1 {
            format!("{whole} of {total} engines have a pool of their own settings: {why}")
        } else {
            why
        };
        return found(Presence::Partial, because, evidence(|_| true), advice);
    }
    if let Some(why) = reason(|k| matches!(k, Kind::Default(_))) {
        return found(Presence::Missing, why, lacking, advice);
    }
    let why = reason(|_| true).unwrap_or_default();
    found(Presence::Unknown, why, lacking, "look at where the settings come from; nothing here says what they are")
}

fn kind(source: &Source, call: &Call) -> Option<Kind> {
    let named = |names: &[&str]| names.iter().any(|n| crate::code::called(&call.name, n));
    if source.language == Ecosystem::Python && named(&ENGINES) {
        return engine(source, call);
    }
    let database = source.imports_any(&[
        "pg",
        "mysql",
        "mysql2",
        "mysql2/promise",
        "sequelize",
        "knex",
        "psycopg_pool",
        "psycopg2",
        "psycopg2.pool",
        "psycopg",
        "asyncpg",
        "aiomysql",
        "pymysql",
        "mysql.connector",
        "mariadb",
        "oracledb",
    ]);
    database.as_ref()?;
    if named(&POOLS) {
        return Some(match () {
            () if call.spread => Kind::Unknown("the pool's settings come from a variable".to_owned()),
            () if call.keywords.iter().any(|k| SIZES.contains(&k.name.as_str())) => Kind::Whole,
            () => Kind::Some("a pool without a size of its own".to_owned()),
        });
    }
    named(&SINGLE).then(|| Kind::Default("connections are opened one by one, without a pool".to_owned()))
}

fn engine(source: &Source, call: &Call) -> Option<Kind> {
    let has = |name: &str| call.keywords.iter().any(|k| k.name == name);
    // SQLite has no server to be spared; an address that the environment may replace is another's.
    let only_sqlite = call.texts.first().is_some_and(|t| t.starts_with("sqlite"));
    if only_sqlite {
        return None;
    }
    if call.keywords.iter().any(|k| k.name == "poolclass" && k.value.contains("NullPool")) {
        return Some(Kind::Off("`poolclass=NullPool` opens a connection for every request".to_owned()));
    }
    let sized = call.keywords.iter().any(|k| SIZES.contains(&k.name.as_str()));
    let cared = call.keywords.iter().any(|k| CARE.contains(&k.name.as_str()));
    Some(match (sized, cared) {
        (true, true) => Kind::Whole,
        _ if call.spread || crate::code::called(&call.name, "engine_from_config") => {
            Kind::Unknown(format!("the engine's settings in {} come from a variable", source.path))
        }
        (true, false) => Kind::Some(
            "the pool has a size, and dead connections stay in it (no `pool_pre_ping`, no `pool_recycle`)".to_owned(),
        ),
        (false, true) => {
            Kind::Some("connections are looked after, and the pool has the library's default size".to_owned())
        }
        (false, false) if has("connect_args") || call.keywords.is_empty() || !cared => Kind::Default(format!(
            "{} sets nothing of its pool: SQLAlchemy's defaults hold (5 connections and 10 more, none checked or renewed)",
            source.path
        )),
        (false, false) => return None,
    })
}

fn is_setting(name: &str) -> bool {
    SIZES.contains(&name) || CARE.contains(&name)
}

/// Migrations open an engine of their own, without a pool and rightly so.
fn is_migration(path: &str) -> bool {
    place::folder(path).split('/').any(|part| ["migrations", "alembic", "versions"].contains(&part))
}

/// `CONN_MAX_AGE` or a pool in Django's `DATABASES`.
fn django(survey: &Survey<'_>, source: &Source) -> Option<(Kind, Vec<Evidence>)> {
    let (_, line) = source.assigned.iter().find(|(name, _)| name == "DATABASES")?;
    let text = survey.repository.text(&source.path)?;
    if text.contains("django.db.backends.sqlite3") && !text.contains("postgresql") && !text.contains("mysql") {
        return None;
    }
    let kept = place::find_line(&text, |l| {
        (l.contains("CONN_MAX_AGE") || l.contains("conn_max_age") || l.contains("\"pool\""))
            && !l.trim().starts_with('#')
    });
    Some(match kept {
        Some((line, what)) => (Kind::Whole, vec![place::evidence(&source.path, Some(line), what)]),
        None => {
            let why = "Django opens a connection for every request: `CONN_MAX_AGE` is not set".to_owned();
            (Kind::Default(why), vec![place::evidence(&source.path, Some(*line), "DATABASES without CONN_MAX_AGE")])
        }
    })
}

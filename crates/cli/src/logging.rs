//! Logs for those who look under the hood: to stderr, more of them with each `-v`.

use tracing_subscriber::EnvFilter;

/// Starts logging. `UPLIFT_LOG` takes a filter such as `uplift_engine=debug` and wins over `-v`.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "warn,uplift=info,uplift_engine=info,uplift_sandbox=info,uplift_ecosystems=info,uplift_verify=info",
        2 => "info,uplift=debug,uplift_engine=debug,uplift_sandbox=debug,uplift_ecosystems=debug,uplift_verify=debug",
        _ => "trace",
    };
    let own = std::env::var("UPLIFT_LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let filter = own.unwrap_or_else(|| EnvFilter::new(level));
    // A second start in one process changes nothing, which is right.
    let _started =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour).try_init();
}

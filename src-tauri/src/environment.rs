//! What libraries of the window read from their environment before anything of ours runs.

/// The web view without its compiler of scripts, which takes 30 MB for a page that computes next to nothing; memory of few
/// threads' heaps, where each of ours would keep one of its own.
#[cfg(target_os = "linux")]
const WANTED: [(&str, &str); 2] = [("JSC_useJIT", "0"), ("MALLOC_ARENA_MAX", "2")];

/// Begins this program again with what is wanted, unless all of it is set, to whatever value. The process stays the same.
#[cfg(target_os = "linux")]
pub(crate) fn as_wanted() {
    use std::env;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    let missing: Vec<_> = WANTED
        .into_iter()
        .filter(|(name, _)| env::var_os(name).is_none())
        .collect();
    let (false, Ok(program)) = (missing.is_empty(), env::current_exe()) else {
        return;
    };
    // It returns only if it failed: then the window takes more memory, and works all the same.
    let _ = Command::new(program)
        .args(env::args_os().skip(1))
        .envs(missing)
        .exec();
}

/// Other web views are not ours to tune.
#[cfg(not(target_os = "linux"))]
pub(crate) fn as_wanted() {}

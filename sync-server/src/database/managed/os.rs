//! The four calls to the kernel that the standard library has no safe form of.
#![expect(
    unsafe_code,
    reason = "libc has no safe face; each call below takes plain numbers and touches no memory of ours"
)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What PostgreSQL is told by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGINT, "fast": disconnect everybody, write a checkpoint, end.
    FastStop,
    /// SIGQUIT, "immediate": end now, the next start recovers from the log.
    ImmediateStop,
    /// SIGKILL.
    Kill,
}

impl Signal {
    const fn number(self) -> libc::c_int {
        match self {
            Self::FastStop => libc::SIGINT,
            Self::ImmediateStop => libc::SIGQUIT,
            Self::Kill => libc::SIGKILL,
        }
    }
}

/// The user that this process acts as.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::geteuid() }
}

/// Sends `signal` to a child that has not been waited for, so that the number is still its own.
pub(super) fn send(signal: Signal, pid: u32) -> io::Result<()> {
    // SAFETY: two numbers; a wrong one is answered by an error.
    match unsafe { libc::kill(pid as libc::pid_t, signal.number()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Has the kernel send `signal` to the child when the **thread** that spawns it ends, by whatever cause.
///
/// The standard library runs this after the change of user, which would clear the setting.
pub(super) fn end_with_spawning_thread(command: &mut Command, signal: Signal) {
    let parent = std::process::id() as libc::pid_t;
    let ask = move || {
        // SAFETY: prctl and getppid are async-signal-safe, take numbers, and nothing is allocated between fork and exec.
        let asked =
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal.number() as libc::c_ulong) };
        if asked == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: as above.
        if unsafe { libc::getppid() } != parent {
            // The parent died before the kernel was asked: nobody would send the signal any more.
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: the closure keeps to what is allowed between fork and exec, see inside.
    unsafe { command.pre_exec(ask) };
}

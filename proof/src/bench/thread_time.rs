//! CPU time of the calling thread: what a step costs, whoever else the machine serves meanwhile.

use std::time::Duration;

/// Since the thread began.
#[expect(
    unsafe_code,
    reason = "the standard library has no clock of a thread's CPU time"
)]
pub fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call writes one timespec where the pointer says, and it says here.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0, "every Linux has this clock");
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_with_work_and_not_with_sleep() {
        let began = thread_time();
        std::thread::sleep(Duration::from_millis(30));
        let slept = thread_time().saturating_sub(began);
        assert!(slept < Duration::from_millis(10), "{slept:?}");
        let mut n = 1u64;
        while thread_time().saturating_sub(began) < Duration::from_millis(20) {
            n = std::hint::black_box(n.wrapping_mul(3));
        }
    }
}

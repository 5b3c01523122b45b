//! How often a second the disk makes a write durable, sampled while something else is being measured.

use crate::Result;
use crate::time;
use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Writes of one sample.
const BURST: u32 = 50;

/// Between two samples.
const PAUSE: Duration = Duration::from_secs(3);

/// Samples until it is asked for the result.
pub struct DiskMeter {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<std::io::Result<(u32, Duration)>>,
}

impl DiskMeter {
    /// Begins with a sample at once. 4 KiB at a time, each followed by fdatasync, as the databases' logs do.
    pub fn start(folder: &Path) -> DiskMeter {
        let stop = Arc::new(AtomicBool::new(false));
        let (file, asked) = (folder.join("fsync"), stop.clone());
        let thread = std::thread::spawn(move || {
            let (mut writes, mut spent) = (0, Duration::ZERO);
            while !asked.load(Ordering::Relaxed) {
                spent += burst(&file)?;
                writes += BURST;
                let rested = time::now();
                while rested.elapsed() < PAUSE && !asked.load(Ordering::Relaxed) {
                    std::thread::park_timeout(Duration::from_millis(100));
                }
            }
            Ok((writes, spent))
        });
        DiskMeter { stop, thread }
    }

    /// Durable writes a second, over all samples.
    pub fn rate(self) -> Result<f64> {
        self.stop.store(true, Ordering::Relaxed);
        let (writes, spent) = self.thread.join().map_err(|_| "the disk's meter panicked")??;
        Ok(f64::from(writes) / spent.as_secs_f64())
    }
}

fn burst(path: &Path) -> std::io::Result<Duration> {
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    // Written over and over, as a log that is reused: the file's size stays the same.
    file.set_len(u64::from(BURST) * 4096)?;
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let block = [7u8; 4096];
    let begin = time::now();
    for _ in 0..BURST {
        file.write_all(&block)?;
        file.sync_data()?;
    }
    Ok(begin.elapsed())
}

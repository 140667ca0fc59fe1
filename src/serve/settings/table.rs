//! What can be set.

use super::value::Kind;

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the file, with the block that it is in.
    pub key: &'static str,
    /// Its flag on the command line.
    pub flag: &'static str,
    /// Its variable in the environment.
    pub variable: &'static str,
    /// What it takes.
    pub(super) kind: Kind,
    /// What it is when nobody sets it; empty for nothing.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
}

macro_rules! settings {
    ($($key:literal $flag:literal $variable:literal $kind:ident $default:literal $help:literal;)*) => {
        &[$(Setting {
            key: $key,
            flag: $flag,
            variable: concat!("OBSCORE_VIEW_", $variable),
            kind: Kind::$kind,
            default: $default,
            help: $help,
        }),*]
    };
}

/// All settings.
pub const SETTINGS: &[Setting] = settings! {
    "bind" "bind" "BIND" Address "127.0.0.1:8080"
        "Address and port to listen at; port 0 for a free one";
    "base_url" "base-url" "BASE_URL" Text ""
        "URL that clients see, when a proxy is in front";
    "trust_proxy" "trust-proxy" "TRUST_PROXY" Switch "false"
        "Believe X-Forwarded-Proto, -Host, -Prefix and Forwarded, which a proxy must set";
    "identity_header" "identity-header" "IDENTITY_HEADER" Text ""
        "Header in which a trusted proxy names the user";
    "tokens" "tokens" "TOKENS" Path ""
        "File with a bearer token and a user's name in each line";
    "anonymous" "anonymous" "ANONYMOUS" Switch ""
        "Answer those who do not say who they are; the default unless there are tokens or an identity header";
    "cors" "cors" "CORS" List "*"
        "Origins of pages that may use the service from a browser; * for all, `none` for none";
    "log" "log" "LOG" Log "text"
        "Form of the log: text, json";
    "log_level" "log-level" "LOG_LEVEL" Level "info"
        "What to log: error, warn, info, debug, trace";
    "upload_hosts" "upload-hosts" "UPLOAD_HOSTS" List "*"
        "Hosts that uploads may be fetched from; * for all that are public, `none` for none";
    "sia.like" "sia-like" "SIA_LIKE" Like "standard"
        "How image queries are read: standard, or dax_obscore where that differs";
    "files" "files" "FILES" Switch "true"
        "Give the files of published datasets at /files";
    "files.local" "files-local" "FILES_LOCAL" Switch "true"
        "Give files of datastores on file systems of this machine; else only URLs of those in object stores";
    "files.folders" "files-folders" "FILES_FOLDERS" List ""
        "Folders outside of the datastores whose files may be given: where links lead, and files that were ingested without a copy";
    "files.signed_time" "files-signed-time" "FILES_SIGNED_TIME" Time "15min"
        "How long a URL of a file in an object store is valid, 7d at most";
    "datalink.services" "datalink-services" "DATALINK_SERVICES" Path ""
        "File (YAML) of services that links documents describe for each dataset";
    "datalink.related" "datalink-related" "DATALINK_RELATED" Number "100"
        "Related datasets of each dataset type in a links document; 0 for none, and no calibrations";
    "datalink.ids" "datalink-ids" "DATALINK_IDS" Number "500"
        "Identifiers that a request for links may have; further ones are an overflow";
    "datalink.access_urls" "datalink-access-urls" "DATALINK_ACCESS_URLS" Switch "true"
        "Give URLs of this service as access_url: of links in place of the mapping's datalink_url_fmt, of files where the mapping has an access_format without a URL. Its URL is base_url, or the address that it listens at; without either, nothing is changed";
    "cutouts" "cutouts" "CUTOUTS" Switch "true"
        "Cut images whose files are given";
    "cutouts.command" "cutouts-command" "CUTOUTS_COMMAND" List ""
        "Program and arguments that make cutouts in place of the built-in ones: docs/cutout-backends.md";
    "cutouts.worker" "cutouts-worker" "CUTOUTS_WORKER" Text ""
        "URL of a service that makes cutouts in place of the built-in ones: docs/cutout-backends.md";
    "cutouts.pixels" "cutouts-pixels" "CUTOUTS_PIXELS" Number "100000000"
        "Most pixels of a cutout, of all its images together";
    "cutouts.bytes" "cutouts-bytes" "CUTOUTS_BYTES" Bytes "4GB"
        "Most bytes of a file that is fetched or unpacked to be cut, and of what a back-end makes";
    "cutouts.job_bytes" "cutouts-job-bytes" "CUTOUTS_JOB_BYTES" Bytes "10GB"
        "Most bytes of all results of a job of cutouts together";
    "cutouts.running" "cutouts-running" "CUTOUTS_RUNNING" Number "4"
        "Cutouts at the same time, those of jobs among them";
    "prepared" "prepared" "PREPARED" Prepare "auto"
        "Keep statements prepared on PostgreSQL connections, to plan them once: auto does unless there is a pooler of transactions";
    "limits.rows" "limits-rows" "LIMITS_ROWS" Number "100000"
        "Rows of an answer when MAXREC is not given; 0 for no limit";
    "limits.most_rows" "limits-most-rows" "LIMITS_MOST_ROWS" Number "10000000"
        "Most rows of an answer; 0 for no limit";
    "limits.sync_time" "limits-sync-time" "LIMITS_SYNC_TIME" Time "60s"
        "How long a synchronous query may take";
    "limits.job_time" "limits-job-time" "LIMITS_JOB_TIME" Time "10min"
        "How long a job may take when its client sets nothing";
    "limits.most_job_time" "limits-most-job-time" "LIMITS_MOST_JOB_TIME" Time "1h"
        "How long a job may take at most; 0 for no limit";
    "limits.upload_bytes" "limits-upload-bytes" "LIMITS_UPLOAD_BYTES" Bytes "100MB"
        "Bytes of all uploads of a request";
    "limits.upload_rows" "limits-upload-rows" "LIMITS_UPLOAD_ROWS" Number "1000000"
        "Rows of an upload";
    "limits.query_bytes" "limits-query-bytes" "LIMITS_QUERY_BYTES" Bytes "1MB"
        "Bytes of a request's parameters, its query among them";
    "limits.queries" "limits-queries" "LIMITS_QUERIES" Number "16"
        "Synchronous queries at the same time";
    "limits.queue_time" "limits-queue-time" "LIMITS_QUEUE_TIME" Time "10s"
        "How long a synchronous query waits for its turn";
    "limits.header_time" "limits-header-time" "LIMITS_HEADER_TIME" Time "10s"
        "How long a client may take to send the head of a request";
    "limits.stall_time" "limits-stall-time" "LIMITS_STALL_TIME" Time "30s"
        "How long a client may neither send nor read what it has to";
    "limits.grace" "limits-grace" "LIMITS_GRACE" Time "20s"
        "How long requests and jobs may go on when the service is told to end";
    "jobs.folder" "jobs-folder" "JOBS_FOLDER" Path ""
        "Folder of results and uploads of jobs";
    "jobs.results" "jobs-results" "JOBS_RESULTS" Store ""
        "Bucket of results and uploads of jobs instead of the folder, so that several services can share it: s3://BUCKET/PREFIX";
    "jobs.database" "jobs-database" "JOBS_DATABASE" Secret ""
        "SQLite file, or URL of a PostgreSQL database, in which jobs are kept; several services can share it with the folder or the bucket";
    "jobs.running" "jobs-running" "JOBS_RUNNING" Number "4"
        "Jobs at the same time";
    "jobs.queued" "jobs-queued" "JOBS_QUEUED" Number "100"
        "Jobs that wait for their turn; further ones are held";
    "jobs.kept" "jobs-kept" "JOBS_KEPT" Number "10000"
        "Jobs that are kept";
    "jobs.retention" "jobs-retention" "JOBS_RETENTION" Time "7d"
        "How long a job is kept when its client sets nothing";
    "jobs.most_retention" "jobs-most-retention" "JOBS_MOST_RETENTION" Time "30d"
        "How long a job is kept at most";
    "jobs.attempts" "jobs-attempts" "JOBS_ATTEMPTS" Number "2"
        "How often a job is begun that was interrupted";
    "jobs.silence" "jobs-silence" "JOBS_SILENCE" Time "30s"
        "How long a service may be silent before its jobs are begun again";
    "jobs.list_anonymous" "jobs-list-anonymous" "JOBS_LIST_ANONYMOUS" Switch "true"
        "List the jobs of nobody to everybody";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_three_spellings() {
        for setting in SETTINGS {
            assert_eq!(setting.flag, setting.key.replace(['.', '_'], "-"));
            let variable = format!("OBSCORE_VIEW_{}", setting.key.replace('.', "_").to_uppercase());
            assert_eq!(setting.variable, variable);
        }
    }
}

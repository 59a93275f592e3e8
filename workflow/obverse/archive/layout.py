"""The folders of an archive: what each is called, what is in it, and where that lies in a working directory."""

CODE, METADATA, RECORDS, RESULTS = "code", "metadata", "records", "results"
ELSEWHERE = "elsewhere"  # names what is the user's and lies elsewhere: never a member, so no folder of the archive

# Where a folder's files are packed from and go back to, in the order to write them: notes first (restoring.py).
IN_DIRECTORY = {METADATA: ".snakemake/metadata", RECORDS: "results/records", RESULTS: "results"}

WORDS = {
    CODE: "the project's files as they were",
    RESULTS: "what was archived, and all it was made of",
    RECORDS: "what each job recorded of itself: command, hashes, versions, device",
    METADATA: "what Snakemake keeps of each file, by which it sees what is stale",
}

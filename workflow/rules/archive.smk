# A set of results that a stranger can verify.
#
#   in:  whatever `all` makes
#   out: results/archive.zip, archive.html


rule pack_archive:
    input:
        results=rules.all.input,
    output:
        archive="results/archive.zip",
    log:
        "results/logs/pack_archive/archive.log",
    benchmark:
        "results/benchmarks/pack_archive/archive.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("pack_archive"),
        state=state_of_code,
        checkout=os.path.relpath(BASE),
        restricted=restricted(),
        allow=config["archive"]["allow"],
    shell:
        r"""
        python -m obverse.pack_archive \
            --targets {input.results:q} \
            --checkout {params.checkout:q} \
            --metadata .snakemake/metadata \
            --records results/records \
            --restricted {params.restricted:q} \
            --allow {params.allow} \
            --output {output.archive:q} \
            &>{log:q}
        """


rule summarize_archive:
    input:
        archive=rules.pack_archive.output.archive,
    output:
        html=report("results/archive.html", caption="../report/about.rst", category="5 Archive"),
    log:
        "results/logs/summarize_archive/archive.log",
    benchmark:
        "results/benchmarks/summarize_archive/archive.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("summarize_archive"),
    shell:
        r"""
        python -m obverse.summarize_archive \
            --archive {input.archive:q} \
            --html {output.html:q} \
            &>{log:q}
        """

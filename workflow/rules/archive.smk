# A set of results that a stranger can verify.
#
#   in:  whatever `all` makes
#   out: results/archive.zip


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

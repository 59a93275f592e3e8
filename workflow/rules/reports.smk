# Reports on the data, and the configuration as resolved.
#
#   in:  results/sources/…, results/datasets/…
#   out: results/fetch.png, fetch.csv, fetch_identities.csv, results/config.yaml


rule draw_fetch:
    input:
        faces="results/sources/facescrub/faces.parquet",
        rejected="results/datasets/facescrub/rejected.csv",
    output:
        picture=report("results/fetch.png", caption="../report/about.rst", category="4 Data"),
        hosts="results/fetch.csv",
        identities="results/fetch_identities.csv",
    log:
        "results/logs/draw_fetch/fetch.log",
    benchmark:
        "results/benchmarks/draw_fetch/fetch.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_fetch"),
        minimum_pictures=config["datasets"]["facescrub"]["minimum_pictures"],
        origin=" — ".join(stand_ins("facescrub")),
    shell:
        r"""
        python -m obverse.draw_fetch \
            --faces {input.faces:q} \
            --rejected {input.rejected:q} \
            --minimum-pictures {params.minimum_pictures:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --hosts {output.hosts:q} \
            --identities {output.identities:q} \
            &>{log:q}
        """


rule record_config:
    output:
        "results/config.yaml",
    log:
        "results/logs/record_config/config.log",
    benchmark:
        "results/benchmarks/record_config/config.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("record_config"),
        resolved=lambda wildcards: json.dumps(config, sort_keys=True),  # may hold braces that are no wildcards
    shell:
        r"""
        python -m obverse.record_config \
            --resolved {params.resolved:q} \
            --output {output:q} \
            &>{log:q}
        """

# Figures with the numbers behind them, from scores and reconstructions alone.
#
#   in:  results/scores/…, results/reconstructions/…
#   out: results/{figure}.png, results/{figure}.csv

FIRST = config["seeds"][:1]  # a grid shows the pictures of one training
TITLES = {
    "fig9": "Figure 9: faces rebuilt from the m largest scores",
    "fig10": "Figure 10: digits rebuilt from the m largest scores",
}


rule draw_mse_curve:
    input:
        scores=attack_files(compared(config, "fig8"), config["seeds"], "scores", "parquet"),
        floors=floor_files(config["figures"]["fig8"]["classifier"], config["figures"]["fig8"]["auxiliary"]),
    output:
        picture="results/fig8.png",
        table="results/fig8.csv",
    log:
        "results/logs/draw_mse_curve/fig8.log",
    benchmark:
        "results/benchmarks/draw_mse_curve/fig8.tsv"
    conda:
        "../../envs/obverse.yaml"
    params:
        code=code("draw_mse_curve"),
        methods=[attack.label for attack in compared(config, "fig8") for seed in config["seeds"]],
        m=[attack.m for attack in compared(config, "fig8") for seed in config["seeds"]],
        floor_methods=FLOORS,
        resamples=lookup("resamples", within=config),
        seed=lookup("data_seed", within=config),
        origin=origin("fig8"),
    shell:
        r"""
        python -m obverse.draw_mse_curve \
            --scores {input.scores:q} \
            --methods {params.methods:q} \
            --m {params.m} \
            --floors {input.floors:q} \
            --floor-methods {params.floor_methods:q} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_reconstructions:
    input:
        reconstructions=lambda wildcards: attack_files(
            compared(config, wildcards.grid), FIRST, "reconstructions", "npy"
        ),
        scores=lambda wildcards: attack_files(compared(config, wildcards.grid), FIRST, "scores", "parquet"),
        images=lambda wildcards: f"results/datasets/{victims_of(wildcards.grid)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{victims_of(wildcards.grid)}/samples.parquet",
    output:
        picture="results/{grid}.png",
        table="results/{grid}.csv",
    log:
        "results/logs/draw_reconstructions/{grid}.log",
    benchmark:
        "results/benchmarks/draw_reconstructions/{grid}.tsv"
    wildcard_constraints:
        grid="|".join(TITLES),
    conda:
        "../../envs/obverse.yaml"
    params:
        code=code("draw_reconstructions"),
        title=lambda wildcards: TITLES[wildcards.grid],
        methods=lambda wildcards: [attack.label for attack in compared(config, wildcards.grid)],
        m=lambda wildcards: [attack.m for attack in compared(config, wildcards.grid)],
        victims=lookup("figures/{grid}/victims", within=config),
        seed=lookup("data_seed", within=config),
        origin=lambda wildcards: origin(wildcards.grid),
    shell:
        r"""
        python -m obverse.draw_reconstructions \
            --title {params.title:q} \
            --reconstructions {input.reconstructions:q} \
            --scores {input.scores:q} \
            --methods {params.methods:q} \
            --m {params.m} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --victims {params.victims} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_fetch:
    input:
        faces="results/sources/facescrub/faces.parquet",
        rejected="results/datasets/facescrub/rejected.csv",
    output:
        picture="results/fetch.png",
        hosts="results/fetch.csv",
        identities="results/fetch_identities.csv",
    log:
        "results/logs/draw_fetch/fetch.log",
    benchmark:
        "results/benchmarks/draw_fetch/fetch.tsv"
    conda:
        "../../envs/obverse.yaml"
    params:
        code=code("draw_fetch"),
        minimum_pictures=lookup("datasets/facescrub/minimum_pictures", within=config),
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
    params:
        code=code("record_config"),
        resolved=json.dumps(config, sort_keys=True),
    shell:
        r"""
        python -m obverse.record_config \
            --resolved {params.resolved:q} \
            --output {output:q} \
            &>{log:q}
        """

# Training class inference drawn: figures 1 and 14.
#
#   in:  results/classes/…, results/scores/…, results/reconstructions/…
#   out: results/fig1.png, results/fig14.png, and .csv
from obverse import attacks

OVERVIEW = ["aligned", BASELINE[0][0], "prior"]  # columns e, f, g
CLASSES = [*(label for label, _ in BASELINE), "prior", "aligned"]  # rows


rule draw_overview:
    input:
        reconstructions=attack_files(attacks.first(config, "fig1"), FIRST, "reconstructions", "npy"),
        scores=attack_files(attacks.first(config, "fig1"), FIRST, "scores", "parquet"),
        pictures=class_files("fig1", OVERVIEW, "npy"),
        tables=class_files("fig1", OVERVIEW, "parquet"),
        images=f"results/datasets/{victims_of('fig1')}/images.npy",
        samples=f"results/datasets/{victims_of('fig1')}/samples.parquet",
    output:
        picture=reported("results/fig1.png"),
        table="results/fig1.csv",
    log:
        "results/logs/draw_overview/fig1.log",
    benchmark:
        "results/benchmarks/draw_overview/fig1.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_overview"),
        title="Figure 1: training pictures rebuilt, and their classes inferred",
        methods=[attack.label for attack in attacks.first(config, "fig1")],
        m=[attack.m for attack in attacks.first(config, "fig1")],
        class_methods=OVERVIEW,
        victims=config["figures"]["fig1"]["victims"],
        seed=config["data_seed"],
        origin=origin("fig1"),
    shell:
        r"""
        python -m obverse.draw_overview \
            --title {params.title:q} \
            --methods {params.methods:q} \
            --m {params.m} \
            --reconstructions {input.reconstructions:q} \
            --scores {input.scores:q} \
            --class-methods {params.class_methods:q} \
            --pictures {input.pictures:q} \
            --tables {input.tables:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --victims {params.victims} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_classes:
    input:
        pictures=class_files("fig14", CLASSES, "npy"),
        tables=class_files("fig14", CLASSES, "parquet"),
        images=f"results/datasets/{victims_of('fig14')}/images.npy",
        samples=f"results/datasets/{victims_of('fig14')}/samples.parquet",
        splits=target(config["figures"]["fig14"]["classifier"]).splits,
    output:
        picture=reported("results/fig14.png"),
        table="results/fig14.csv",
    log:
        "results/logs/draw_classes/fig14.log",
    benchmark:
        "results/benchmarks/draw_classes/fig14.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_classes"),
        title="Figure 14: what attacks take a class for",
        methods=CLASSES,
        classes=config["figures"]["fig14"]["classes"],
        seed=config["data_seed"],
        origin=origin("fig14"),
    shell:
        r"""
        python -m obverse.draw_classes \
            --title {params.title:q} \
            --methods {params.methods:q} \
            --pictures {input.pictures:q} \
            --tables {input.tables:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --classes {params.classes} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

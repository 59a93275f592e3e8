# Figures with the numbers behind them, from scores and reconstructions alone.
#
#   in:  results/scores/…, results/reconstructions/…
#   out: results/{figure}.png, results/{figure}.csv

CURVES = {
    "fig8": {"title": "Figure 8: error against scores kept", "number": "m", "meaning": "scores kept"},
    "fig13": {"title": "Figure 13: error against classes known", "number": "k", "meaning": "classes the target knows"},
}
PAIRS = {
    "fig9": "Figure 9: faces rebuilt from the m largest scores",
    "fig10": "Figure 10: digits rebuilt from the m largest scores",
}
GRIDS = {
    "fig5": "Figure 5: faces, by what the inverter was trained on",
    "fig6": "Figure 6: digits, by what the inverter was trained on",
    "fig7": "Figure 7: faces, by where the faces look that the inverter was trained on",
    "fig11": "Figure 11: faces rebuilt from all k scores of a target that knows k people",
    "fig12": "Figure 12: digits rebuilt from all k scores of a target that knows k digits",
    "fig15": "Figure 15: faces rebuilt by the target's owner",
    "fig16": "Figure 16: digits rebuilt by the target's owner",
}


rule draw_mse_curve:
    input:
        scores=lambda wildcards: [path for _, _, path in on_curve(wildcards.curve)],
    output:
        picture=report("results/{curve}.png", caption="../report/about.rst", category="2 Figures"),
        table="results/{curve}.csv",
    log:
        "results/logs/draw_mse_curve/{curve}.log",
    benchmark:
        "results/benchmarks/draw_mse_curve/{curve}.tsv"
    wildcard_constraints:
        curve="|".join(CURVES),
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_mse_curve"),
        title=lambda wildcards: CURVES[wildcards.curve]["title"],
        number=lambda wildcards: CURVES[wildcards.curve]["number"],
        meaning=lambda wildcards: CURVES[wildcards.curve]["meaning"],
        methods=lambda wildcards: [method for _, method, _ in on_curve(wildcards.curve)],
        at=lambda wildcards: [attack.m for attack, _, _ in on_curve(wildcards.curve)],
        draws=lambda wildcards: [target(attack.classifier).draw for attack, _, _ in on_curve(wildcards.curve)],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=lambda wildcards: origin(wildcards.curve),
    shell:
        r"""
        python -m obverse.draw_mse_curve \
            --title {params.title:q} \
            --number {params.number} \
            --meaning {params.meaning:q} \
            --scores {input.scores:q} \
            --methods {params.methods:q} \
            --at {params.at} \
            --draws {params.draws} \
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
            compared(config, wildcards.pairs), FIRST, "reconstructions", "npy"
        ),
        scores=lambda wildcards: attack_files(compared(config, wildcards.pairs), FIRST, "scores", "parquet"),
        images=lambda wildcards: f"results/datasets/{victims_of(wildcards.pairs)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{victims_of(wildcards.pairs)}/samples.parquet",
    output:
        picture=reported("results/{pairs}.png"),
        table="results/{pairs}.csv",
    log:
        "results/logs/draw_reconstructions/{pairs}.log",
    benchmark:
        "results/benchmarks/draw_reconstructions/{pairs}.tsv"
    wildcard_constraints:
        pairs="|".join(PAIRS),
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("draw_reconstructions"),
        title=lambda wildcards: PAIRS[wildcards.pairs],
        methods=lambda wildcards: [attack.label for attack in compared(config, wildcards.pairs)],
        m=lambda wildcards: [attack.m for attack in compared(config, wildcards.pairs)],
        victims=lambda wildcards: config["figures"][wildcards.pairs]["victims"],
        seed=config["data_seed"],
        origin=lambda wildcards: origin(wildcards.pairs),
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


rule draw_grid:
    input:
        reconstructions=lambda wildcards: attack_files(rows(config, wildcards.grid), FIRST, "reconstructions", "npy"),
        scores=lambda wildcards: attack_files(rows(config, wildcards.grid), FIRST, "scores", "parquet"),
        images=lambda wildcards: f"results/datasets/{victims_of(wildcards.grid)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{victims_of(wildcards.grid)}/samples.parquet",
    output:
        picture=reported("results/{grid}.png"),
        table="results/{grid}.csv",
    log:
        "results/logs/draw_grid/{grid}.log",
    benchmark:
        "results/benchmarks/draw_grid/{grid}.tsv"
    wildcard_constraints:
        grid="|".join(GRIDS),
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("draw_grid"),
        title=lambda wildcards: GRIDS[wildcards.grid],
        labels=lambda wildcards: [attack.label for attack in rows(config, wildcards.grid)],
        attacks_as=lambda wildcards: "columns" if wildcards.grid == "fig7" else "rows",  # as in the paper
        victims=lambda wildcards: config["figures"][wildcards.grid]["victims"],
        seed=config["data_seed"],
        origin=lambda wildcards: origin(wildcards.grid),
    shell:
        r"""
        python -m obverse.draw_grid \
            --title {params.title:q} \
            --labels {params.labels:q} \
            --reconstructions {input.reconstructions:q} \
            --scores {input.scores:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --victims {params.victims} \
            --attacks-as {params.attacks_as} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_policies:
    input:
        scores=[path for _, _, path in on_policies()],
    output:
        picture=report("results/policies.png", caption="../report/about.rst", category="2 Figures"),
        table="results/policies.csv",
    log:
        "results/logs/draw_policies/policies.log",
    benchmark:
        "results/benchmarks/draw_policies/policies.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_policies"),
        title="What the target's owner could release of each prediction vector, and how near attacks then come",
        methods=[method for _, method, _ in on_policies()],
        views=[view for view, _, _ in on_policies()],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=origin("policies"),
    shell:
        r"""
        python -m obverse.draw_policies \
            --title {params.title:q} \
            --scores {input.scores:q} \
            --methods {params.methods:q} \
            --views {params.views:q} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

# The audit of a target one can only ask: what each policy would give away.
#
#   in:  results/scores/…, results/reconstructions/… of attacks on it; what it says of the pictures themselves
#   out: results/audit/{target}/card.html, card.csv


rule write_card:
    input:
        scores=lambda wildcards: attack_files(audited(wildcards.classifier), config["seeds"], "scores", "parquet"),
        reconstructions=lambda wildcards: attack_files(audited(wildcards.classifier), FIRST, "reconstructions", "npy"),
        pictured_scores=lambda wildcards: attack_files(audited(wildcards.classifier), FIRST, "scores", "parquet"),
        ends=lambda wildcards: floor_files(wildcards.classifier, wildcards.classifier, ["mean_image", CEILING]),
        predictions=lambda wildcards: predictions_of(wildcards.classifier, "", dataset_of(wildcards.classifier)),
        images=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
    output:
        html="results/audit/{classifier}/card.html",
        table="results/audit/{classifier}/card.csv",
    log:
        "results/logs/write_card/{classifier}.log",
    benchmark:
        "results/benchmarks/write_card/{classifier}.tsv"
    wildcard_constraints:
        classifier=ASKED,
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("write_card"),
        releases=of_asked("releases"),
        classes=of_asked("classes"),
        views=lambda wildcards: [one.view for one in audited(wildcards.classifier) for seed in config["seeds"]],
        pictured=lambda wildcards: [one.view for one in audited(wildcards.classifier)],
        shown=config["audit"]["shown"],
        tolerance=config["audit"]["tolerance"],
        resamples=config["resamples"],
        seed=config["data_seed"],
        origin=lambda wildcards: of_pictures(wildcards.classifier),
    shell:
        r"""
        python -m obverse.write_card \
            --target {wildcards.classifier} \
            --releases {params.releases:q} \
            --views {params.views:q} \
            --scores {input.scores:q} \
            --pictured {params.pictured:q} \
            --reconstructions {input.reconstructions:q} \
            --pictured-scores {input.pictured_scores:q} \
            --floor {input.ends[0]:q} \
            --ceiling {input.ends[1]:q} \
            --predictions {input.predictions:q} \
            --classes {params.classes} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --shown {params.shown} \
            --tolerance {params.tolerance} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --origin={params.origin:q} \
            --html {output.html:q} \
            --table {output.table:q} \
            &>{log:q}
        """

# What the paper's silences and contradictions come to; `all` does not ask for it.
#
#   in:  results/scores/…, and an inverter's training once more
#   out: results/datasets/{dataset}_minmax/…, results/traces/…, results/ablations.csv, ablations.png

VARIANTS = ablations.variants(config)
KEPT = next(variant.attack for variant in VARIANTS if variant.ablation == ablations.CHECKPOINT)


rule scale_pixels:
    input:
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
    output:
        images="results/datasets/{dataset}_minmax/images.npy",
        samples="results/datasets/{dataset}_minmax/samples.parquet",
    log:
        "results/logs/scale_pixels/{dataset}.log",
    benchmark:
        "results/benchmarks/scale_pixels/{dataset}.tsv"
    wildcard_constraints:
        dataset="facescrub|celeba",
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("scale_pixels"),
    shell:
        r"""
        python -m obverse.scale_pixels \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --scaled-images {output.images:q} \
            --scaled-samples {output.samples:q} \
            &>{log:q}
        """


rule trace_inverter:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        auxiliary_images=auxiliary_inputs("images.npy"),
        auxiliary_samples=auxiliary_inputs("samples.parquet"),
        auxiliary_predictions=auxiliary_predictions,
        images=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
        predictions=lambda wildcards: (
            f"results/predictions/{wildcards.classifier}/seed{wildcards.seed}/{dataset_of(wildcards.classifier)}.parquet"
        ),
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
        history="results/inverters/{classifier}/{auxiliary}/{inversion}/seed{seed}/history.csv",
    output:
        trace="results/traces/{classifier}/{auxiliary}/{inversion}/seed{seed}/victims.parquet",
        epochs="results/traces/{classifier}/{auxiliary}/{inversion}/seed{seed}/epochs.csv",
    log:
        "results/logs/trace_inverter/{classifier}/{auxiliary}/{inversion}/seed{seed}.log",
    benchmark:
        "results/benchmarks/trace_inverter/{classifier}/{auxiliary}/{inversion}/seed{seed}.tsv"
    wildcard_constraints:
        inversion=recipes.PATTERN,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("trace_inverter"),
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
        view=of_recipe("view"),
        num_classes=of_target("classes"),
        features=of_recipe("features"),
        offset=of_recipe("offset"),
        learn_offset=of_recipe("learn_offset"),
        width=of_recipe("width"),
        epochs=of_recipe("epochs"),
        minimum_steps=of_recipe("minimum_steps"),
        batch_size=of_recipe("batch_size"),
        learning_rate=of_recipe("learning_rate"),
        precision=config["compute"]["precision"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.trace_inverter \
            --auxiliary {input.auxiliary:q} \
            --auxiliary-images {input.auxiliary_images:q} \
            --auxiliary-samples {input.auxiliary_samples:q} \
            --auxiliary-predictions {input.auxiliary_predictions:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --predictions {input.predictions:q} \
            --reserved {input.reserved:q} \
            --history {input.history:q} \
            --seed {wildcards.seed} \
            --datasets {params.datasets:q} \
            --view {params.view:q} \
            --num-classes {params.num_classes:q} \
            --features {params.features:q} \
            --offset {params.offset:q} \
            --learn-offset {params.learn_offset:q} \
            --width {params.width:q} \
            --epochs {params.epochs:q} \
            --minimum-steps {params.minimum_steps:q} \
            --batch-size {params.batch_size:q} \
            --learning-rate {params.learning_rate:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --trace {output.trace:q} \
            --epoch-table {output.epochs:q} \
            &>{log:q}
        """


rule tabulate_ablations:
    input:
        scores=attack_files([variant.attack for variant in VARIANTS], FIRST, "scores", "parquet"),
        floors=[
            path
            for variant in VARIANTS
            for path in floor_files(variant.attack.classifier, variant.attack.auxiliary, ["mean_image"])
        ],
        trace=f"results/traces/{KEPT.classifier}/{KEPT.auxiliary}/{KEPT.inversion}/seed{FIRST[0]}/victims.parquet",
        epochs=f"results/traces/{KEPT.classifier}/{KEPT.auxiliary}/{KEPT.inversion}/seed{FIRST[0]}/epochs.csv",
    output:
        table="results/ablations.csv",
    log:
        "results/logs/tabulate_ablations/ablations.log",
    benchmark:
        "results/benchmarks/tabulate_ablations/ablations.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("tabulate_ablations"),
        ablations=[variant.ablation for variant in VARIANTS],
        variants=[variant.name for variant in VARIANTS],
        decided=[variant.decided for variant in VARIANTS],
        m=[variant.attack.m for variant in VARIANTS],
        k=[target(variant.attack.classifier).classes for variant in VARIANTS],
        resamples=config["resamples"],
        seed=config["data_seed"],
    shell:
        r"""
        python -m obverse.tabulate_ablations \
            --ablations {params.ablations:q} \
            --variants {params.variants:q} \
            --decided {params.decided} \
            --m {params.m} \
            --k {params.k} \
            --scores {input.scores:q} \
            --floors {input.floors:q} \
            --trace {input.trace:q} \
            --epoch-table {input.epochs:q} \
            --resamples {params.resamples} \
            --seed {params.seed} \
            --table {output.table:q} \
            &>{log:q}
        """


rule draw_ablations:
    input:
        table="results/ablations.csv",
    output:
        picture=report("results/ablations.png", caption="../report/about.rst", category="2 Figures"),
    log:
        "results/logs/draw_ablations/ablations.log",
    benchmark:
        "results/benchmarks/draw_ablations/ablations.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_ablations"),
        origin=origin_of(list(ablations.pairs(config))),
    shell:
        r"""
        python -m obverse.draw_ablations \
            --table {input.table:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            &>{log:q}
        """

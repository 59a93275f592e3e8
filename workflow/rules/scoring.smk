# What attacks rebuild of each victim, and how near that comes; what can be shown without an attack.
#
#   in:  results/inverters/… (or inverter.safetensors beside its target), results/predictions/…, results/evaluators/…
#   out: results/reconstructions/…, results/scores/…


rule reconstruct:
    input:
        weights=inverter,
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
        predictions=lambda wildcards: predictions_of(wildcards.classifier, wildcards.seed, wildcards.dataset),
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
        evaluator=lambda wildcards: evaluator_of(wildcards.classifier),
    output:
        reconstructions="results/reconstructions/{classifier}/{auxiliary}/{inversion}/seed{seed}/{dataset}.{view}.npy",
        scores="results/scores/{classifier}/{auxiliary}/{inversion}/seed{seed}/{dataset}.{view}.parquet",
    log:
        "results/logs/reconstruct/{classifier}/{auxiliary}/{inversion}/seed{seed}/{dataset}.{view}.log",
    benchmark:
        "results/benchmarks/reconstruct/{classifier}/{auxiliary}/{inversion}/seed{seed}/{dataset}.{view}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("reconstruct"),
        num_classes=of_target("classes"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.reconstruct \
            --weights {input.weights:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --predictions {input.predictions:q} \
            --view {wildcards.view} \
            --num-classes {params.num_classes:q} \
            --reserved {input.reserved:q} \
            --evaluator {input.evaluator:q} \
            --threads {params.threads:q} \
            --reconstructions {output.reconstructions:q} \
            --scores {output.scores:q} \
            &>{log:q}
        """


rule score_floors:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        auxiliary_images=auxiliary_inputs("images.npy"),
        auxiliary_samples=auxiliary_inputs("samples.parquet"),
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
        evaluator=lambda wildcards: evaluator_of(wildcards.classifier),
    output:
        scores=[
            f"results/scores/{{classifier}}/{{auxiliary}}/{floor}/{{dataset}}.nothing.parquet"
            for floor in [*FLOORS, CEILING]
        ],
    log:
        "results/logs/score_floors/{classifier}/{auxiliary}/{dataset}.log",
    benchmark:
        "results/benchmarks/score_floors/{classifier}/{auxiliary}/{dataset}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("score_floors"),
        floors=[*FLOORS, CEILING],
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.score_floors \
            --auxiliary {input.auxiliary:q} \
            --auxiliary-images {input.auxiliary_images:q} \
            --auxiliary-samples {input.auxiliary_samples:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --datasets {params.datasets:q} \
            --reserved {input.reserved:q} \
            --evaluator {input.evaluator:q} \
            --threads {params.threads} \
            --floors {params.floors} \
            --scores {output.scores:q} \
            &>{log:q}
        """


rule retrieve_nearest:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        auxiliary_images=auxiliary_inputs("images.npy"),
        auxiliary_samples=auxiliary_inputs("samples.parquet"),
        auxiliary_predictions=auxiliary_predictions,
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
        predictions=lambda wildcards: predictions_of(wildcards.classifier, wildcards.seed, wildcards.dataset),
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
        evaluator=lambda wildcards: evaluator_of(wildcards.classifier),
    output:
        reconstructions="results/reconstructions/{classifier}/{auxiliary}/nearest_full/seed{seed}/{dataset}.full.npy",
        scores="results/scores/{classifier}/{auxiliary}/nearest_full/seed{seed}/{dataset}.full.parquet",
    log:
        "results/logs/retrieve_nearest/{classifier}/{auxiliary}/seed{seed}/{dataset}.log",
    benchmark:
        "results/benchmarks/retrieve_nearest/{classifier}/{auxiliary}/seed{seed}/{dataset}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("retrieve_nearest"),
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
        num_classes=of_target("classes"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.retrieve_nearest \
            --auxiliary {input.auxiliary:q} \
            --auxiliary-images {input.auxiliary_images:q} \
            --auxiliary-samples {input.auxiliary_samples:q} \
            --auxiliary-predictions {input.auxiliary_predictions:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --predictions {input.predictions:q} \
            --reserved {input.reserved:q} \
            --evaluator {input.evaluator:q} \
            --datasets {params.datasets:q} \
            --num-classes {params.num_classes} \
            --threads {params.threads} \
            --reconstructions {output.reconstructions:q} \
            --scores {output.scores:q} \
            &>{log:q}
        """

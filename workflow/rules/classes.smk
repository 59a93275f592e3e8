# Training class inference: what attacks take each class of a target for, how they are judged, how many classes show.
#
#   in:  results/inverters/…, results/predictions/…, results/evaluators/…; the paper's baseline reads the target's weights
#   out: results/classes/{classifier}/seed{seed}/{inferred}.npy and .parquet, {auxiliary}.count.csv


wildcard_constraints:
    cost="confidence|cross_entropy",
    inferred=r"mi_face_[a-z_]+|\w+\.\w+",


rule invert_classes:
    input:
        weights="results/classifiers/{classifier}/seed{seed}/weights.safetensors",
    output:
        images="results/classes/{classifier}/seed{seed}/mi_face_{cost}.npy",
        searches="results/classes/{classifier}/seed{seed}/mi_face_{cost}.csv",
    log:
        "results/logs/invert_classes/{classifier}/seed{seed}/{cost}.log",
    benchmark:
        "results/benchmarks/invert_classes/{classifier}/seed{seed}/{cost}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("invert_classes"),
        steps=config["mi_face"]["steps"],
        patience=config["mi_face"]["patience"],
        stop_confidence=config["mi_face"]["stop_confidence"],
        learning_rate=config["mi_face"]["learning_rate"],
        denoise=config["mi_face"]["denoise"],
        sharpen=config["mi_face"]["sharpen"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.invert_classes \
            --weights {input.weights:q} \
            --steps {params.steps} \
            --patience {params.patience} \
            --stop-confidence {params.stop_confidence} \
            --learning-rate {params.learning_rate} \
            --cost {wildcards.cost} \
            --denoise {params.denoise} \
            --sharpen {params.sharpen} \
            --threads {params.threads} \
            --images {output.images:q} \
            --searches {output.searches:q} \
            &>{log:q}
        """


rule infer_classes:
    input:
        weights="results/inverters/{classifier}/{auxiliary}/{inversion}/seed{seed}/weights.safetensors",
    output:
        images="results/classes/{classifier}/seed{seed}/{auxiliary}.{inversion}.npy",
    log:
        "results/logs/infer_classes/{classifier}/seed{seed}/{auxiliary}.{inversion}.log",
    benchmark:
        "results/benchmarks/infer_classes/{classifier}/seed{seed}/{auxiliary}.{inversion}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("infer_classes"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.infer_classes \
            --weights {input.weights:q} \
            --threads {params.threads} \
            --images {output.images:q} \
            &>{log:q}
        """


rule score_classes:
    input:
        pictures="results/classes/{classifier}/seed{seed}/{inferred}.npy",
        images=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/images.npy",
        samples=lambda wildcards: f"results/datasets/{dataset_of(wildcards.classifier)}/samples.parquet",
        splits=lambda wildcards: target(wildcards.classifier).splits,
        reserved=lambda wildcards: reserved_of(wildcards.classifier),
        evaluator=lambda wildcards: evaluator_of(wildcards.classifier),
    output:
        table="results/classes/{classifier}/seed{seed}/{inferred}.parquet",
    log:
        "results/logs/score_classes/{classifier}/seed{seed}/{inferred}.log",
    benchmark:
        "results/benchmarks/score_classes/{classifier}/seed{seed}/{inferred}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("score_classes"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.score_classes \
            --pictures {input.pictures:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --splits {input.splits:q} \
            --reserved {input.reserved:q} \
            --evaluator {input.evaluator:q} \
            --threads {params.threads} \
            --table {output.table:q} \
            &>{log:q}
        """


rule count_classes:
    input:
        auxiliary="results/auxiliaries/{auxiliary}.parquet",
        predictions=auxiliary_predictions,
    output:
        counted="results/classes/{classifier}/seed{seed}/{auxiliary}.count.csv",
    log:
        "results/logs/count_classes/{classifier}/seed{seed}/{auxiliary}.log",
    benchmark:
        "results/benchmarks/count_classes/{classifier}/seed{seed}/{auxiliary}.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("count_classes"),
        datasets=lambda wildcards: auxiliary_datasets(wildcards.auxiliary),
        num_classes=of_target("classes"),
    shell:
        r"""
        python -m obverse.count_classes \
            --auxiliary {input.auxiliary:q} \
            --datasets {params.datasets:q} \
            --predictions {input.predictions:q} \
            --num-classes {params.num_classes} \
            --counted {output.counted:q} \
            &>{log:q}
        """

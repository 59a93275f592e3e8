# The judge: an evaluation classifier that shares neither images, nor seed, nor architecture with any target.
#
#   in:  results/datasets/{dataset}/…
#   out: results/datasets/{dataset}/reserved.parquet, results/evaluators/{dataset}/weights.safetensors, history.csv


rule reserve_samples:
    input:
        samples="results/datasets/{dataset}/samples.parquet",
    output:
        reserved="results/datasets/{dataset}/reserved.parquet",
    log:
        "results/logs/reserve_samples/{dataset}.log",
    benchmark:
        "results/benchmarks/reserve_samples/{dataset}.tsv"
    wildcard_constraints:
        dataset=JUDGED,
    priority: 1  # before the adversary's pictures, of which there may be many: where there are too few it says so
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("reserve_samples"),
        fraction=judging("reserved_fraction"),
        seed=config["data_seed"],
    shell:
        r"""
        python -m obverse.reserve_samples \
            --samples {input.samples:q} \
            --fraction {params.fraction:q} \
            --seed {params.seed:q} \
            --reserved {output.reserved:q} \
            &>{log:q}
        """


rule train_evaluator:
    input:
        images="results/datasets/{dataset}/images.npy",
        samples="results/datasets/{dataset}/samples.parquet",
        reserved="results/datasets/{dataset}/reserved.parquet",
    output:
        weights="results/evaluators/{dataset}/weights.safetensors",
        history="results/evaluators/{dataset}/history.csv",
    log:
        "results/logs/train_evaluator/{dataset}.log",
    benchmark:
        "results/benchmarks/train_evaluator/{dataset}.tsv"
    wildcard_constraints:
        dataset=JUDGED,
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_evaluator"),
        seed=judging("seed"),
        width=judging("width"),
        epochs=judging("epochs"),
        batch_size=judging("batch_size"),
        learning_rate=judging("learning_rate"),
        flip=judging("flip"),
        precision=config["compute"]["precision"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.train_evaluator \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --reserved {input.reserved:q} \
            --seed {params.seed:q} \
            --width {params.width:q} \
            --epochs {params.epochs:q} \
            --batch-size {params.batch_size:q} \
            --learning-rate {params.learning_rate:q} \
            --flip {params.flip:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """

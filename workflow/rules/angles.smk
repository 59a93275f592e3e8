# Where reconstructed faces look: a reader of unclear pictures, taught on CelebA, how well it reads, and what it reads.
#
#   in:  results/datasets/celeba/…, results/reconstructions/…
#   out: results/datasets/celeba/pose_reader.safetensors, pose_reader.csv, results/angles/…


rule train_pose_reader:
    input:
        images="results/datasets/celeba/images.npy",
        samples="results/datasets/celeba/samples.parquet",
        angles="results/datasets/celeba/angles.parquet",
    output:
        weights="results/datasets/celeba/pose_reader.safetensors",
        history="results/datasets/celeba/pose_reader_history.csv",
    log:
        "results/logs/train_pose_reader/celeba.log",
    benchmark:
        "results/benchmarks/train_pose_reader/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["poses"]["threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_pose_reader"),
        seed=config["data_seed"],
        held_out=config["poses"]["reader"]["held_out"],
        width=config["poses"]["reader"]["width"],
        epochs=config["poses"]["reader"]["epochs"],
        batch_size=config["poses"]["reader"]["batch_size"],
        learning_rate=config["poses"]["reader"]["learning_rate"],
        precision=config["compute"]["precision"],
        threads=config["poses"]["threads"],
    shell:
        r"""
        python -m obverse.train_pose_reader \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --angles {input.angles:q} \
            --held-out {params.held_out:q} \
            --width {params.width:q} \
            --seed {params.seed:q} \
            --epochs {params.epochs:q} \
            --batch-size {params.batch_size:q} \
            --learning-rate {params.learning_rate:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """


rule score_pose_reader:
    input:
        images="results/datasets/celeba/images.npy",
        samples="results/datasets/celeba/samples.parquet",
        reference=pose_reference(),
        reader="results/datasets/celeba/pose_reader.safetensors",
    output:
        errors="results/datasets/celeba/pose_reader.csv",
    log:
        "results/logs/score_pose_reader/celeba.log",
    benchmark:
        "results/benchmarks/score_pose_reader/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["poses"]["threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("score_pose_reader"),
        seed=config["data_seed"],
        held_out=config["poses"]["reader"]["held_out"],
        threads=config["poses"]["threads"],
    shell:
        r"""
        python -m obverse.score_pose_reader \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --reference {input.reference:q} \
            --reader {input.reader:q} \
            --held-out {params.held_out:q} \
            --seed {params.seed:q} \
            --threads {params.threads:q} \
            --errors {output.errors:q} \
            &>{log:q}
        """


# What is measured is named as under results/reconstructions, or, for other pictures, as under results:
# datasets/facescrub/images, classes/faces/seed1/generic.aligned_m1.
rule measure_poses:
    input:
        pictures=measured_pictures,
        named_by=measured_names,
        reader="results/datasets/celeba/pose_reader.safetensors",
    output:
        angles="results/angles/{measured}.parquet",
    log:
        "results/logs/measure_poses/{measured}.log",
    benchmark:
        "results/benchmarks/measure_poses/{measured}.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["poses"]["threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("measure_poses"),
        threads=config["poses"]["threads"],
    shell:
        r"""
        python -m obverse.measure_poses \
            --pictures {input.pictures:q} \
            --named-by {input.named_by:q} \
            --reader {input.reader:q} \
            --threads {params.threads:q} \
            --angles {output.angles:q} \
            &>{log:q}
        """

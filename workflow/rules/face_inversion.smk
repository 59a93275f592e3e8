# Section 5.7: pictures rebuilt from what Rekognition says of faces.
#
#   in:  results/rekognition/{role}.parquet, results/datasets/…
#   out: results/rekognition/individuals.parquet; results/{inverters,reconstructions,scores}/rekognition/…


rule divide_faces:
    input:
        celeba_samples=of_celeba("samples.parquet"),
        celeba_faces="results/rekognition/celeba.parquet",
        facescrub_samples="results/datasets/facescrub/samples.parquet",
        facescrub_faces="results/rekognition/facescrub.parquet",
    output:
        divided="results/rekognition/individuals.parquet",
    log:
        "results/logs/divide_faces/individuals.log",
    benchmark:
        "results/benchmarks/divide_faces/individuals.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("divide_faces"),
        auxiliary_fraction=config["rekognition"]["auxiliary_fraction"],
        validation_fraction=config["rekognition"]["validation_fraction"],
        seed=config["data_seed"],
    shell:
        r"""
        python -m obverse.divide_faces \
            --celeba-samples {input.celeba_samples:q} \
            --celeba-faces {input.celeba_faces:q} \
            --facescrub-samples {input.facescrub_samples:q} \
            --facescrub-faces {input.facescrub_faces:q} \
            --auxiliary-fraction {params.auxiliary_fraction} \
            --validation-fraction {params.validation_fraction} \
            --seed {params.seed} \
            --divided {output.divided:q} \
            &>{log:q}
        """


rule train_face_inverter:
    input:
        divided="results/rekognition/individuals.parquet",
        images=of_celeba("images.npy"),
        samples=of_celeba("samples.parquet"),
        faces="results/rekognition/celeba.parquet",
    output:
        weights="results/inverters/rekognition/{features}/seed{seed}/weights.safetensors",
        history="results/inverters/rekognition/{features}/seed{seed}/history.csv",
    log:
        "results/logs/train_face_inverter/{features}/seed{seed}.log",
    benchmark:
        "results/benchmarks/train_face_inverter/{features}/seed{seed}.tsv"
    wildcard_constraints:
        features="80|20|17",
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("training"),
        gpu=GPU,
    params:
        code=code("train_face_inverter"),
        standardize=config["rekognition"]["standardize"],
        width=config["rekognition"]["inverter"]["width"],
        epochs=config["rekognition"]["inverter"]["epochs"],
        minimum_steps=config["rekognition"]["inverter"]["minimum_steps"],
        batch_size=config["rekognition"]["inverter"]["batch_size"],
        learning_rate=config["rekognition"]["inverter"]["learning_rate"],
        precision=config["compute"]["precision"],
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.train_face_inverter \
            --divided {input.divided:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --faces {input.faces:q} \
            --features {wildcards.features} \
            --standardize {params.standardize} \
            --width {params.width} \
            --seed {wildcards.seed} \
            --epochs {params.epochs} \
            --minimum-steps {params.minimum_steps} \
            --batch-size {params.batch_size} \
            --learning-rate {params.learning_rate} \
            --precision {params.precision} \
            --threads {params.threads} \
            --weights {output.weights:q} \
            --history {output.history:q} \
            &>{log:q}
        """


rule reconstruct_faces:
    input:
        weights="results/inverters/rekognition/{features}/seed{seed}/weights.safetensors",
        divided="results/rekognition/individuals.parquet",
        images=of_part("results/datasets/{}/images.npy"),
        samples=of_part("results/datasets/{}/samples.parquet"),
        faces=of_part("results/rekognition/{}.parquet"),
    output:
        reconstructions="results/reconstructions/rekognition/{features}/seed{seed}/{part}.{view}.npy",
        nearness="results/scores/rekognition/{features}/seed{seed}/{part}.{view}.parquet",
    log:
        "results/logs/reconstruct_faces/{features}/seed{seed}/{part}.{view}.log",
    benchmark:
        "results/benchmarks/reconstruct_faces/{features}/seed{seed}/{part}.{view}.tsv"
    wildcard_constraints:
        features="80|20|17",
        part="|".join(DATASETS),
        view="full|round[135]|standard1",
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("reconstruct_faces"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.reconstruct_faces \
            --weights {input.weights:q} \
            --divided {input.divided:q} \
            --part {wildcards.part} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --faces {input.faces:q} \
            --features {wildcards.features} \
            --view {wildcards.view} \
            --threads {params.threads} \
            --reconstructions {output.reconstructions:q} \
            --nearness {output.nearness:q} \
            &>{log:q}
        """


rule score_face_floors:
    input:
        divided="results/rekognition/individuals.parquet",
        auxiliary_images=of_celeba("images.npy"),
        auxiliary_samples=of_celeba("samples.parquet"),
        auxiliary_faces="results/rekognition/celeba.parquet",
        images=of_part("results/datasets/{}/images.npy"),
        samples=of_part("results/datasets/{}/samples.parquet"),
        faces=of_part("results/rekognition/{}.parquet"),
    output:
        mean_image="results/scores/rekognition/mean_image/{part}.parquet",
        nearest="results/scores/rekognition/nearest/{part}.parquet",
    log:
        "results/logs/score_face_floors/{part}.log",
    benchmark:
        "results/benchmarks/score_face_floors/{part}.tsv"
    wildcard_constraints:
        part="|".join(DATASETS),
    conda:
        "../../envs/obverse.yaml"
    threads: config["compute"]["inverter_threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("score_face_floors"),
        threads=config["compute"]["inverter_threads"],
    shell:
        r"""
        python -m obverse.score_face_floors \
            --divided {input.divided:q} \
            --auxiliary-images {input.auxiliary_images:q} \
            --auxiliary-samples {input.auxiliary_samples:q} \
            --auxiliary-faces {input.auxiliary_faces:q} \
            --part {wildcards.part} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --faces {input.faces:q} \
            --threads {params.threads} \
            --mean-image {output.mean_image:q} \
            --nearest {output.nearest:q} \
            &>{log:q}
        """

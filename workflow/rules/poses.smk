# Where CelebA's faces look, and the classes of the paper's section 5.2.
#
#   in:  results/sources/celeba/…, results/datasets/celeba/samples.parquet
#   out: results/datasets/celeba/landmarks.parquet, angles.parquet, poses.parquet, results/poses.png


rule fetch_fan:
    input:
        given=given_weights,
    output:
        weights="results/models/fan.pth.tar",
    log:
        "results/logs/fetch_fan/fan.log",
    benchmark:
        "results/benchmarks/fetch_fan/fan.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("waiting"),
        timeout_seconds=config["poses"]["timeout_seconds"],
    params:
        code=code("fetch_fan"),
        source=config["poses"]["weights"],
        sha256=config["poses"]["sha256"],
    shell:
        r"""
        python -m obverse.fetch_fan \
            --source {params.source:q} \
            --digest "{params.sha256}" \
            --timeout-seconds {resources.timeout_seconds} \
            --weights {output.weights:q} \
            &>{log:q}
        """


rule find_landmarks:
    input:
        archive="results/sources/celeba/img_align_celeba.zip",
        weights=landmark_weights(),
    output:
        points="results/datasets/celeba/landmarks.parquet",
    log:
        "results/logs/find_landmarks/celeba.log",
    benchmark:
        "results/benchmarks/find_landmarks/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["poses"]["threads"]
    resources:
        **asks("network"),
        gpu=GPU,
    params:
        code=code("find_landmarks"),
        network=config["poses"]["network"],
        box=config["poses"]["box"],
        flip=config["poses"]["flip"],
        precision=config["compute"]["precision"],
        threads=config["poses"]["threads"],
    shell:
        r"""
        python -m obverse.find_landmarks \
            --archive {input.archive:q} \
            --network {params.network:q} \
            --weights {input.weights:q} \
            --box {params.box:q} \
            --flip {params.flip:q} \
            --precision {params.precision:q} \
            --threads {params.threads:q} \
            --points {output.points:q} \
            &>{log:q}
        """


rule estimate_pose:
    input:
        points="results/datasets/celeba/landmarks.parquet",
        head=resource("head.csv"),
    output:
        angles="results/datasets/celeba/angles.parquet",
    log:
        "results/logs/estimate_pose/celeba.log",
    benchmark:
        "results/benchmarks/estimate_pose/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("estimate_pose"),
        focal=config["poses"]["focal"],
        max_error=config["poses"]["max_error"],
    shell:
        r"""
        python -m obverse.estimate_pose \
            --points {input.points:q} \
            --head {input.head:q} \
            --focal {params.focal:q} \
            --max-error {params.max_error:q} \
            --angles {output.angles:q} \
            &>{log:q}
        """


rule sort_poses:
    input:
        angles="results/datasets/celeba/angles.parquet",
        samples="results/datasets/celeba/samples.parquet",
    output:
        poses="results/datasets/celeba/poses.parquet",
        limits="results/datasets/celeba/pose_limits.csv",
    log:
        "results/logs/sort_poses/celeba.log",
    benchmark:
        "results/benchmarks/sort_poses/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("sort_poses"),
        mode=config["poses"]["mode"],
        yaw=fixed_limit("yaw"),
        pitch=fixed_limit("pitch"),
        overlap=config["poses"]["overlap"],
    shell:
        r"""
        python -m obverse.sort_poses \
            --angles {input.angles:q} \
            --samples {input.samples:q} \
            --mode {params.mode:q} \
            --yaw {params.yaw:q} \
            --pitch {params.pitch:q} \
            --overlap {params.overlap:q} \
            --poses {output.poses:q} \
            --limits {output.limits:q} \
            &>{log:q}
        """


rule draw_poses:
    input:
        poses="results/datasets/celeba/poses.parquet",
        angles="results/datasets/celeba/angles.parquet",
        limits="results/datasets/celeba/pose_limits.csv",
        images="results/datasets/celeba/images.npy",
        samples="results/datasets/celeba/samples.parquet",
    output:
        picture=report("results/poses.png", caption="../report/about.rst", category="4 Data"),
        table="results/poses.csv",
    log:
        "results/logs/draw_poses/celeba.log",
    benchmark:
        "results/benchmarks/draw_poses/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("tables"),
    params:
        code=code("draw_poses"),
        shown=config["poses"]["shown"],
        show_faces=bool(showable("celeba")),
        seed=config["data_seed"],
        origin=pose_origin(),
    shell:
        r"""
        python -m obverse.draw_poses \
            --poses {input.poses:q} \
            --angles {input.angles:q} \
            --limits {input.limits:q} \
            --images {input.images:q} \
            --samples {input.samples:q} \
            --shown {params.shown:q} \
            --show-faces {params.show_faces:q} \
            --seed {params.seed:q} \
            --origin={params.origin:q} \
            --picture {output.picture:q} \
            --table {output.table:q} \
            &>{log:q}
        """

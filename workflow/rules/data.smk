# From the official formats to arrays.
#
#   in:  results/sources/{role}/…
#   out: results/datasets/{dataset}/images.npy, samples.parquet (row i is image i)


rule fetch_facescrub:
    input:
        actors="results/sources/facescrub/facescrub_actors.txt",
        actresses="results/sources/facescrub/facescrub_actresses.txt",
        hosts=stand_in("facescrub", "results/sources/facescrub/hosts.zip"),
    output:
        pictures=directory("results/sources/facescrub/pictures"),
        faces="results/sources/facescrub/faces.parquet",
    log:
        "results/logs/fetch_facescrub/facescrub.log",
    benchmark:
        "results/benchmarks/fetch_facescrub/facescrub.tsv"
    conda:
        "../../envs/obverse.yaml"
    # How the network is used, not what comes of it: resources, since a changed one reruns nothing.
    resources:
        **asks("waiting"),
        contact=config["datasets"]["facescrub"]["contact"],
        connections=config["datasets"]["facescrub"]["connections"],
        connect_seconds=config["datasets"]["facescrub"]["connect_seconds"],
        read_seconds=config["datasets"]["facescrub"]["read_seconds"],
        timeout_seconds=config["datasets"]["facescrub"]["timeout_seconds"],
        workers=config["datasets"]["facescrub"]["decoders"],
    params:
        code=code("fetch_facescrub"),
        accept_hash_mismatch=config["datasets"]["facescrub"]["accept_hash_mismatch"],
    shell:
        r"""
        python -m obverse.fetch_facescrub \
            --actors {input.actors:q} \
            --actresses {input.actresses:q} \
            --hosts "{input.hosts}" \
            --accept-hash-mismatch {params.accept_hash_mismatch:q} \
            --contact={resources.contact:q} \
            --connections {resources.connections} \
            --connect-seconds {resources.connect_seconds} \
            --read-seconds {resources.read_seconds} \
            --timeout-seconds {resources.timeout_seconds} \
            --workers {resources.workers} \
            --journal results/sources/facescrub/journal \
            --pictures {output.pictures:q} \
            --faces {output.faces:q} \
            &>{log:q}
        """


rule crop_facescrub:
    input:
        faces="results/sources/facescrub/faces.parquet",
        pictures=ancient("results/sources/facescrub/pictures"),  # a folder has a date and no bytes; faces has its sums
    output:
        images="results/datasets/facescrub/images.npy",
        samples="results/datasets/facescrub/samples.parquet",
        rejected="results/datasets/facescrub/rejected.csv",
    log:
        "results/logs/crop_facescrub/facescrub.log",
    benchmark:
        "results/benchmarks/crop_facescrub/facescrub.tsv"
    conda:
        "../../envs/obverse.yaml"
    threads: config["datasets"]["facescrub"]["decoders"]
    resources:
        **asks("pictures"),
        workers=config["datasets"]["facescrub"]["decoders"],
    params:
        code=code("crop_facescrub"),
        size=config["datasets"]["facescrub"]["size"],
        resize=config["datasets"]["facescrub"]["resize"],
    shell:
        r"""
        python -m obverse.crop_facescrub \
            --faces {input.faces:q} \
            --pictures {input.pictures:q} \
            --size {params.size:q} \
            --resize {params.resize:q} \
            --workers {resources.workers} \
            --images {output.images:q} \
            --samples {output.samples:q} \
            --rejected {output.rejected:q} \
            &>{log:q}
        """


rule crop_celeba:
    input:
        archive="results/sources/celeba/img_align_celeba.zip",
        identity_list="results/sources/celeba/identity_CelebA.txt",
    output:
        images="results/datasets/celeba/images.npy",
        crops="results/datasets/celeba/crops.parquet",
    log:
        "results/logs/crop_celeba/celeba.log",
    benchmark:
        "results/benchmarks/crop_celeba/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("crop_celeba"),
        box=config["datasets"]["celeba"]["box"],
        size=config["datasets"]["celeba"]["size"],
        resize=config["datasets"]["celeba"]["resize"],
    shell:
        r"""
        python -m obverse.crop_celeba \
            --archive {input.archive:q} \
            --identity-list {input.identity_list:q} \
            --box {params.box:q} \
            --size {params.size:q} \
            --resize {params.resize:q} \
            --images {output.images:q} \
            --crops {output.crops:q} \
            &>{log:q}
        """


rule prepare_mnist:
    input:
        train_images="results/sources/mnist/train-images-idx3-ubyte.gz",
        train_labels="results/sources/mnist/train-labels-idx1-ubyte.gz",
        test_images="results/sources/mnist/t10k-images-idx3-ubyte.gz",
        test_labels="results/sources/mnist/t10k-labels-idx1-ubyte.gz",
    output:
        images="results/datasets/mnist/images.npy",
        samples="results/datasets/mnist/samples.parquet",
    log:
        "results/logs/prepare_mnist/mnist.log",
    benchmark:
        "results/benchmarks/prepare_mnist/mnist.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("prepare_mnist"),
        size=config["datasets"]["mnist"]["size"],
        resize=config["datasets"]["mnist"]["resize"],
    shell:
        r"""
        python -m obverse.prepare_mnist \
            --train-images {input.train_images:q} \
            --train-labels {input.train_labels:q} \
            --test-images {input.test_images:q} \
            --test-labels {input.test_labels:q} \
            --size {params.size:q} \
            --resize {params.resize:q} \
            --images {output.images:q} \
            --samples {output.samples:q} \
            &>{log:q}
        """


rule prepare_cifar10:
    input:
        archive="results/sources/cifar10/cifar-10-binary.tar.gz",
    output:
        images="results/datasets/cifar10_{size}/images.npy",
        samples="results/datasets/cifar10_{size}/samples.parquet",
    log:
        "results/logs/prepare_cifar10/cifar10_{size}.log",
    benchmark:
        "results/benchmarks/prepare_cifar10/cifar10_{size}.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("prepare_cifar10"),
        resize=config["datasets"]["cifar10"]["resize"],
    shell:
        r"""
        python -m obverse.prepare_cifar10 \
            --archive {input.archive:q} \
            --size {wildcards.size} \
            --resize {params.resize:q} \
            --images {output.images:q} \
            --samples {output.samples:q} \
            &>{log:q}
        """

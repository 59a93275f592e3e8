# Where pictures come from: files the user provides, or stand-ins that need no network.
#
#   in:  nothing, or datasets.*.folder in config and what resources/official_files.csv says can be fetched
#   out: results/sources/{role}/…, in the official formats either way


ruleorder: provide_official > render_facescrub > render_celeba > write_mnist > write_cifar10


rule provide_official:
    input:
        official_files=resource("official_files.csv"),
        given=given_file,
    output:
        file="results/sources/{role}/{file}",
    log:
        "results/logs/provide_official/{role}/{file}.log",
    benchmark:
        "results/benchmarks/provide_official/{role}/{file}.tsv"
    wildcard_constraints:
        role=official("facescrub", "celeba", "mnist", "cifar10"),
        file="[^/]+",
    conda:
        "../../envs/obverse.yaml"
    # The bytes are the same wherever they come from: a resource, since a changed one reruns nothing.
    resources:
        **asks("waiting"),
        download=lambda wildcards: str(config["datasets"][wildcards.role].get("download", False)),
    params:
        code=code("provide_official"),
        folder=lambda wildcards: config["datasets"][wildcards.role]["folder"],
        accept_terms=lambda wildcards: config["datasets"][wildcards.role].get("accept_terms", True),
    shell:
        r"""
        python -m obverse.provide_official \
            --role {wildcards.role} --name {wildcards.file:q} \
            --official-files {input.official_files:q} \
            --folder={params.folder:q} \
            --accept-terms {params.accept_terms:q} \
            --download {resources.download} \
            --cache results/sources/{wildcards.role}/fetched \
            --file {output.file:q} \
            &>{log:q}
        """


rule render_facescrub:
    output:
        actors="results/sources/facescrub/facescrub_actors.txt",
        actresses="results/sources/facescrub/facescrub_actresses.txt",
        hosts="results/sources/facescrub/hosts.zip",
        truth="results/sources/facescrub/truth.parquet",
    log:
        "results/logs/render_facescrub/facescrub.log",
    benchmark:
        "results/benchmarks/render_facescrub/facescrub.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("render_facescrub"),
        seed=config["data_seed"],
        identities=config["rendered"]["facescrub"]["identities"],
        pictures=config["rendered"]["facescrub"]["pictures"],
        near_duplicates=config["rendered"]["facescrub"]["near_duplicates"],
        dead_urls=config["rendered"]["facescrub"]["dead_urls"],
        wrong_hashes=config["rendered"]["facescrub"]["wrong_hashes"],
    shell:
        r"""
        python -m obverse.render_facescrub \
            --seed {params.seed:q} \
            --identities {params.identities:q} \
            --pictures {params.pictures:q} \
            --near-duplicates {params.near_duplicates:q} \
            --dead-urls {params.dead_urls:q} \
            --wrong-hashes {params.wrong_hashes:q} \
            --actors {output.actors:q} \
            --actresses {output.actresses:q} \
            --hosts {output.hosts:q} \
            --truth {output.truth:q} \
            &>{log:q}
        """


rule render_celeba:
    output:
        archive="results/sources/celeba/img_align_celeba.zip",
        identity_list="results/sources/celeba/identity_CelebA.txt",
        name_list="results/sources/celeba/list_identity_celeba.txt",
        attribute_list="results/sources/celeba/list_attr_celeba.txt",
        landmark_list="results/sources/celeba/list_landmarks_align_celeba.txt",
        partition_list="results/sources/celeba/list_eval_partition.txt",
        truth="results/sources/celeba/truth.parquet",
    log:
        "results/logs/render_celeba/celeba.log",
    benchmark:
        "results/benchmarks/render_celeba/celeba.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("render_celeba"),
        seed=config["data_seed"],
        identities=config["rendered"]["celeba"]["identities"],
        pictures=config["rendered"]["celeba"]["pictures"],
        shared=config["rendered"]["celeba"]["shared"],
        first_stranger=config["rendered"]["facescrub"]["identities"],
    shell:
        r"""
        python -m obverse.render_celeba \
            --seed {params.seed:q} \
            --identities {params.identities:q} \
            --pictures {params.pictures:q} \
            --shared {params.shared:q} \
            --first-stranger {params.first_stranger:q} \
            --archive {output.archive:q} \
            --identity-list {output.identity_list:q} \
            --name-list {output.name_list:q} \
            --attribute-list {output.attribute_list:q} \
            --landmark-list {output.landmark_list:q} \
            --partition-list {output.partition_list:q} \
            --truth {output.truth:q} \
            &>{log:q}
        """


rule write_mnist:
    output:
        train_images="results/sources/mnist/train-images-idx3-ubyte.gz",
        train_labels="results/sources/mnist/train-labels-idx1-ubyte.gz",
        test_images="results/sources/mnist/t10k-images-idx3-ubyte.gz",
        test_labels="results/sources/mnist/t10k-labels-idx1-ubyte.gz",
    log:
        "results/logs/write_mnist/mnist.log",
    benchmark:
        "results/benchmarks/write_mnist/mnist.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("write_mnist"),
        seed=config["data_seed"],
    shell:
        r"""
        python -m obverse.write_mnist \
            --seed {params.seed:q} \
            --train-images {output.train_images:q} \
            --train-labels {output.train_labels:q} \
            --test-images {output.test_images:q} \
            --test-labels {output.test_labels:q} \
            &>{log:q}
        """


rule write_cifar10:
    output:
        archive="results/sources/cifar10/cifar-10-binary.tar.gz",
    log:
        "results/logs/write_cifar10/cifar10.log",
    benchmark:
        "results/benchmarks/write_cifar10/cifar10.tsv"
    conda:
        "../../envs/obverse.yaml"
    resources:
        **asks("pictures"),
    params:
        code=code("write_cifar10"),
        seed=config["data_seed"],
        patches=config["photographs"]["patches"],
    shell:
        r"""
        python -m obverse.write_cifar10 \
            --seed {params.seed:q} \
            --patches {params.patches:q} \
            --archive {output.archive:q} \
            &>{log:q}
        """

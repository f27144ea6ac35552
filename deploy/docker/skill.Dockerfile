# The image of one skill, made by scripts/skill-image from what this machine has: no registry is asked.
# Both stages hold files at the paths that they have on the host, so that what runs in a container finds everything
# where it would find it in any other sandbox.

# What skills of one kind share, and so one layer: the system's libraries, or Python with an environment.
FROM scratch AS runtime
COPY runtime/ /

# The skill itself.
FROM runtime
COPY program/ /
USER 65534:65534
WORKDIR /

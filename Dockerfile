# One static program and nothing else: no shell, no package, not root.
#
#   docker build --tag marquis .
#   docker run --rm --publish 127.0.0.1:8080:8080 --volume marquis:/data \
#     --env MARQUIS_ADDRESS=https://results.example.org marquis

# An image is named by its digest: the same one everywhere, whatever its tag leads to.
FROM golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build
RUN mkdir -p /out && mkdir -m 700 /out/data /out/backup /out/backup-keys /out/scratch && mkdir -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/marquis /src/bin/THIRD-PARTY-NOTICES.txt /src/bin/marquis.cdx.json /
# An empty volume takes the owner of the folder that it is mounted over. Workbooks
# are made in /tmp.
COPY --from=build --chown=65532:65532 /out/data /data
# Backups, and the copies of the key ring: mount another disk over each.
COPY --from=build --chown=65532:65532 /out/backup /backup
COPY --from=build --chown=65532:65532 /out/backup-keys /backup-keys
# Where a backup is proven: everything lies there unencrypted meanwhile.
COPY --from=build --chown=65532:65532 /out/scratch /scratch
COPY --from=build /out/tmp /tmp
USER 65532:65532
ENV MARQUIS_DATA=/data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/marquis", "health"]
ENTRYPOINT ["/marquis"]
CMD ["serve", "--listen", "0.0.0.0:8080"]

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE fact (
    position BIGINT NOT NULL, 
    service VARCHAR NOT NULL, 
    stream VARCHAR NOT NULL, 
    version INTEGER NOT NULL, 
    lane VARCHAR NOT NULL, 
    seq INTEGER NOT NULL, 
    public_seq INTEGER, 
    type VARCHAR NOT NULL, 
    body BYTEA NOT NULL, 
    by BYTEA NOT NULL, 
    at BIGINT NOT NULL, 
    hash BYTEA NOT NULL, 
    trace VARCHAR, 
    PRIMARY KEY (position), 
    CONSTRAINT fact_stream_version UNIQUE (stream, version), 
    CONSTRAINT fact_service_lane_seq UNIQUE (service, lane, seq), 
    CONSTRAINT fact_service_lane_public_seq UNIQUE (service, lane, public_seq)
);

CREATE TABLE head (
    service VARCHAR NOT NULL, 
    lane VARCHAR NOT NULL, 
    seq BIGINT NOT NULL, 
    public_seq INTEGER NOT NULL, 
    hash BYTEA NOT NULL, 
    at BIGINT NOT NULL, 
    PRIMARY KEY (service, lane)
);

INSERT INTO head (service, lane, seq, public_seq, hash, at) VALUES ('', '', 0, 0, '', 0);

CREATE TABLE receipt (
    scope VARCHAR NOT NULL, 
    key VARCHAR NOT NULL, 
    fingerprint VARCHAR NOT NULL, 
    receipt BYTEA NOT NULL, 
    PRIMARY KEY (scope, key)
);

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;


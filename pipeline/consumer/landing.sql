-- What a consumer has landed. May run again; whoever runs it owns it.
CREATE SCHEMA IF NOT EXISTS landing;

CREATE TABLE IF NOT EXISTS landing.shop (
    source text NOT NULL,
    replaceable boolean NOT NULL DEFAULT false,
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
COMMENT ON TABLE landing.shop IS 'The shop whose events are landed here: one row.';
COMMENT ON COLUMN landing.shop.source IS 'Market, seed and epoch, as its events name them.';
COMMENT ON COLUMN landing.shop.replaceable IS
    'The topics were made anew: the next event decides whose they are, and another shop''s begins all of this anew.';

CREATE TABLE IF NOT EXISTS landing.events (
    id text COLLATE "C" PRIMARY KEY,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    entity text NOT NULL,
    data jsonb NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    published_at timestamptz
);
COMMENT ON TABLE landing.events IS 'Every event once, as docs/events.md describes them; of copies the one that came first.';
COMMENT ON COLUMN landing.events.id IS 'Type and key.';
COMMENT ON COLUMN landing.events.type IS 'What happened.';
COMMENT ON COLUMN landing.events.occurred_at IS 'When it happened, on the shop''s clock.';
COMMENT ON COLUMN landing.events.entity IS 'Whom it is about: the key of its record.';
COMMENT ON COLUMN landing.events.data IS 'The payload.';
COMMENT ON COLUMN landing.events.topic IS 'Where it came from, with partition and offset.';
COMMENT ON COLUMN landing.events.partition IS 'Of the topic.';
COMMENT ON COLUMN landing.events."offset" IS 'Within the partition.';
COMMENT ON COLUMN landing.events.published_at IS 'When it was written to the topic, on the wall clock.';
CREATE INDEX IF NOT EXISTS events_occurred_at ON landing.events
    USING brin (occurred_at) WITH (autosummarize = on, pages_per_range = 16);

CREATE TABLE IF NOT EXISTS landing.registrations (
    customer_id bigint PRIMARY KEY CHECK (customer_id > 0),
    city_id int NOT NULL,
    full_name text NOT NULL,
    email text NOT NULL,
    registered_at timestamptz NOT NULL
);
COMMENT ON TABLE landing.registrations IS 'Events customer.registered, typed.';
COMMENT ON COLUMN landing.registrations.customer_id IS 'The customer.';
COMMENT ON COLUMN landing.registrations.city_id IS 'Where the customer lives.';
COMMENT ON COLUMN landing.registrations.full_name IS 'As given.';
COMMENT ON COLUMN landing.registrations.email IS 'As given.';
COMMENT ON COLUMN landing.registrations.registered_at IS 'On the shop''s clock.';

CREATE TABLE IF NOT EXISTS landing.reviews (
    review_id bigint PRIMARY KEY CHECK (review_id > 0),
    order_id bigint NOT NULL,
    product_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment text,
    written_at timestamptz NOT NULL
);
COMMENT ON TABLE landing.reviews IS 'Events review.written, typed.';
COMMENT ON COLUMN landing.reviews.review_id IS 'The review.';
COMMENT ON COLUMN landing.reviews.order_id IS 'The order that the product came with.';
COMMENT ON COLUMN landing.reviews.product_id IS 'What is reviewed.';
COMMENT ON COLUMN landing.reviews.customer_id IS 'By whom.';
COMMENT ON COLUMN landing.reviews.rating IS '1 to 5 stars.';
COMMENT ON COLUMN landing.reviews.comment IS 'In words, if any.';
COMMENT ON COLUMN landing.reviews.written_at IS 'On the shop''s clock.';

CREATE TABLE IF NOT EXISTS landing.dead_letters (
    topic text NOT NULL,
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    key bytea,
    value bytea,
    published_at timestamptz,
    PRIMARY KEY (topic, partition, "offset")
);
COMMENT ON TABLE landing.dead_letters IS
    'Records that are no event, kept as they came; python -m pipeline.consumer replay puts them through again.';
COMMENT ON COLUMN landing.dead_letters.topic IS 'Where it came from, with partition and offset.';
COMMENT ON COLUMN landing.dead_letters.partition IS 'Of the topic.';
COMMENT ON COLUMN landing.dead_letters."offset" IS 'Within the partition.';
COMMENT ON COLUMN landing.dead_letters.reason IS 'One of the list in docs/pipeline.md.';
COMMENT ON COLUMN landing.dead_letters.detail IS 'What exactly, for whoever looks for the cause.';
COMMENT ON COLUMN landing.dead_letters.key IS 'The record''s key, byte for byte.';
COMMENT ON COLUMN landing.dead_letters.value IS 'The record, byte for byte.';
COMMENT ON COLUMN landing.dead_letters.published_at IS 'When it was written to the topic, on the wall clock.';

CREATE TABLE IF NOT EXISTS landing.consumer_offsets (
    topic text NOT NULL,
    partition int NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);
COMMENT ON TABLE landing.consumer_offsets IS 'How far each partition has been landed, moved with the rows in one transaction.';
COMMENT ON COLUMN landing.consumer_offsets.topic IS 'The topic.';
COMMENT ON COLUMN landing.consumer_offsets.partition IS 'Of the topic.';
COMMENT ON COLUMN landing.consumer_offsets.topic_id IS 'Kafka''s own id: a topic that was deleted and made anew has another.';
COMMENT ON COLUMN landing.consumer_offsets.next_offset IS 'What comes next.';

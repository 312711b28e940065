-- Generated from models/ by `make schema`. Do not edit: change the models and generate it again.
-- Runs in one transaction on an empty database, by psql -1 -f or as one statement string.

CREATE SCHEMA IF NOT EXISTS sim;
COMMENT ON SCHEMA sim IS 'The simulator''s own bookkeeping.';
CREATE SCHEMA IF NOT EXISTS truth;
COMMENT ON SCHEMA truth IS 'What no real shop can see: for role bazaar_teacher.';

CREATE TABLE categories (
    category_id SMALLINT NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_categories PRIMARY KEY (category_id),
    CONSTRAINT uq_categories_name UNIQUE (name)
);
COMMENT ON TABLE categories IS 'Product categories.';
COMMENT ON COLUMN categories.category_id IS 'The category.';
COMMENT ON COLUMN categories.name IS 'Name of the category, unique.';

CREATE TABLE cities (
    city_id SMALLINT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    timezone TEXT NOT NULL,
    population INTEGER NOT NULL,
    CONSTRAINT pk_cities PRIMARY KEY (city_id),
    CONSTRAINT ck_cities_latitude_range CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT ck_cities_longitude_range CHECK (longitude BETWEEN -180 AND 180),
    CONSTRAINT ck_cities_population_positive CHECK (population > 0),
    CONSTRAINT ck_cities_city_id_range CHECK (city_id BETWEEN 1 AND 99)
);
COMMENT ON TABLE cities IS 'Cities where the shop sells; nothing crosses from one to another.';
COMMENT ON COLUMN cities.city_id IS 'The city, 1 to 99; the last two digits of most ids of what happens in it.';
COMMENT ON COLUMN cities.name IS 'Name of the city.';
COMMENT ON COLUMN cities.country IS 'Country of the city.';
COMMENT ON COLUMN cities.latitude IS 'Latitude of the city''s centre, degrees.';
COMMENT ON COLUMN cities.longitude IS 'Longitude of the city''s centre, degrees.';
COMMENT ON COLUMN cities.timezone IS 'IANA time zone, as in Europe/Berlin; AT TIME ZONE takes it.';
COMMENT ON COLUMN cities.population IS 'Inhabitants.';

CREATE TABLE sim.alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
COMMENT ON TABLE sim.alembic_version IS 'The version of this schema, one row, kept by Alembic.';
COMMENT ON COLUMN sim.alembic_version.version_num IS 'The newest migration that this database has.';

CREATE TABLE sim.retention (
    only_row BOOLEAN NOT NULL,
    kept_since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_retention PRIMARY KEY (only_row),
    CONSTRAINT ck_retention_only_row CHECK (only_row)
);
COMMENT ON TABLE sim.retention IS 'Since when the shop''s past is complete; no row while nothing was cut.';
COMMENT ON COLUMN sim.retention.only_row IS 'True: there is one row.';
COMMENT ON COLUMN sim.retention.kept_since IS 'Simulated instant since which nothing is missing; of what was over before it only that is there to which later rows belong. Read it by kept_since().';

CREATE TABLE sim.runs (
    run_id BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    scenario TEXT NOT NULL,
    scenario_config JSONB NOT NULL,
    scenario_digest TEXT NOT NULL,
    market TEXT NOT NULL,
    scale DOUBLE PRECISION NOT NULL,
    version TEXT NOT NULL,
    epoch TIMESTAMP WITH TIME ZONE NOT NULL,
    sim_now TIMESTAMP WITH TIME ZONE NOT NULL,
    speed TEXT NOT NULL,
    kept_speed DOUBLE PRECISION,
    lag_s DOUBLE PRECISION,
    status TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    rows_written BIGINT NOT NULL,
    batches BIGINT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    currency TEXT,
    schema_version SMALLINT NOT NULL,
    CONSTRAINT pk_runs PRIMARY KEY (run_id),
    CONSTRAINT ck_runs_status_known CHECK (status IN ('catching_up', 'pacing', 'paused', 'stopped', 'finished')),
    CONSTRAINT ck_runs_seed_not_negative CHECK (seed >= 0),
    CONSTRAINT ck_runs_scale_positive CHECK (scale > 0),
    CONSTRAINT ck_runs_began_at_after_epoch CHECK (began_at >= epoch),
    CONSTRAINT ck_runs_sim_now_after_began_at CHECK (sim_now >= began_at),
    CONSTRAINT ck_runs_counts_not_negative CHECK (rows_written >= 0 AND batches >= 0),
    CONSTRAINT ck_runs_currency_is_a_code CHECK (currency ~ '^[A-Z]{3}$')
)
 WITH (fillfactor = 70);
COMMENT ON TABLE sim.runs IS 'Chapters of the shop''s one run; the newest holds now.';
COMMENT ON COLUMN sim.runs.run_id IS 'The chapter: 1, 2, 3 and so on; the largest is the newest.';
COMMENT ON COLUMN sim.runs.seed IS 'Seed of every draw.';
COMMENT ON COLUMN sim.runs.scenario IS 'Name of the scenario.';
COMMENT ON COLUMN sim.runs.scenario_config IS 'The resolved scenario, every parameter.';
COMMENT ON COLUMN sim.runs.scenario_digest IS 'Digest of the resolved scenario.';
COMMENT ON COLUMN sim.runs.market IS 'Market: places, names and currency.';
COMMENT ON COLUMN sim.runs.scale IS 'Factor on demand and capacity together.';
COMMENT ON COLUMN sim.runs.version IS 'Version of the program that wrote the chapter.';
COMMENT ON COLUMN sim.runs.epoch IS 'Simulated instant at which the run begins, the same in every chapter.';
COMMENT ON COLUMN sim.runs.sim_now IS 'Simulated instant of the chapter''s newest commit; read the newest chapter''s by sim_now().';
COMMENT ON COLUMN sim.runs.speed IS 'Speed asked: ''10x'' is ten simulated seconds a real second, ''max'' is unpaced.';
COMMENT ON COLUMN sim.runs.kept_speed IS 'Speed kept lately, simulated seconds a real second.';
COMMENT ON COLUMN sim.runs.lag_s IS 'How far the simulated clock is behind true pace, real seconds.';
COMMENT ON COLUMN sim.runs.status IS 'catching_up, pacing, paused, stopped or finished.';
COMMENT ON COLUMN sim.runs.started_at IS 'Wall-clock time at which the simulator was started.';
COMMENT ON COLUMN sim.runs.heartbeat_at IS 'Wall-clock time of the simulator''s last sign of life.';
COMMENT ON COLUMN sim.runs.pid IS 'Process id of the simulator.';
COMMENT ON COLUMN sim.runs.host IS 'Host of the simulator.';
COMMENT ON COLUMN sim.runs.rows_written IS 'Rows written so far.';
COMMENT ON COLUMN sim.runs.batches IS 'Batches committed so far.';
COMMENT ON COLUMN sim.runs.began_at IS 'Simulated instant from which this chapter''s settings hold: the epoch for the first.';
COMMENT ON COLUMN sim.runs.currency IS 'Currency of all money, as ISO 4217 has it; null where an older program did not note it. Read it by currency().';
COMMENT ON COLUMN sim.runs.schema_version IS 'Version of the schema whose rules the chapter''s rows keep; those of before an upgrade are of an older one.';

CREATE TABLE customers (
    customer_id BIGINT NOT NULL,
    city_id SMALLINT NOT NULL,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    loyalty_tier TEXT NOT NULL,
    loyalty_points INTEGER NOT NULL,
    lifetime_points INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    CONSTRAINT pk_customers PRIMARY KEY (customer_id),
    CONSTRAINT uq_customers_email UNIQUE (email),
    CONSTRAINT ck_customers_loyalty_tier_known CHECK (loyalty_tier IN ('bronze', 'silver', 'gold', 'platinum')),
    CONSTRAINT ck_customers_registered_by_known CHECK (registered_by IN ('sign_up', 'checkout')),
    CONSTRAINT ck_customers_loyalty_points_not_negative CHECK (loyalty_points >= 0),
    CONSTRAINT ck_customers_lifetime_points_not_negative CHECK (lifetime_points >= 0),
    CONSTRAINT fk_customers_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id)
)
 WITH (fillfactor = 80);
CREATE INDEX ix_customers_registered_at ON customers USING brin (registered_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE customers IS 'Registered customers.';
COMMENT ON COLUMN customers.customer_id IS 'The customer; the last two digits are the city.';
COMMENT ON COLUMN customers.city_id IS 'The city the customer lives in.';
COMMENT ON COLUMN customers.full_name IS 'First and last name.';
COMMENT ON COLUMN customers.email IS 'E-mail address, unique.';
COMMENT ON COLUMN customers.registered_at IS 'When the customer registered; before the run''s epoch for the first ones.';
COMMENT ON COLUMN customers.loyalty_tier IS 'Current tier: bronze, silver, gold or platinum.';
COMMENT ON COLUMN customers.loyalty_points IS 'Current points: the balance of the last loyalty transaction.';
COMMENT ON COLUMN customers.lifetime_points IS 'Points that count for the tier: opening and purchases, less what refunds took back; redeeming costs none.';
COMMENT ON COLUMN customers.registered_by IS 'How the account came: by a sign_up, or at the checkout of somebody who ordered as a guest.';

CREATE TABLE products (
    product_id BIGINT NOT NULL,
    category_id SMALLINT NOT NULL,
    name TEXT NOT NULL,
    list_price NUMERIC(12, 2) NOT NULL,
    unit_cost NUMERIC(12, 2) NOT NULL,
    weight_kg NUMERIC(8, 3) NOT NULL,
    CONSTRAINT pk_products PRIMARY KEY (product_id),
    CONSTRAINT ck_products_list_price_positive CHECK (list_price > 0),
    CONSTRAINT ck_products_unit_cost_not_negative CHECK (unit_cost >= 0),
    CONSTRAINT ck_products_weight_kg_positive CHECK (weight_kg > 0),
    CONSTRAINT fk_products_category_id FOREIGN KEY(category_id) REFERENCES categories (category_id)
);
COMMENT ON TABLE products IS 'The catalogue; the same products are sold in every city.';
COMMENT ON COLUMN products.product_id IS 'The product: 1, 2, 3 and so on.';
COMMENT ON COLUMN products.category_id IS 'The category it belongs to.';
COMMENT ON COLUMN products.name IS 'Name of the product.';
COMMENT ON COLUMN products.list_price IS 'Price without promotions; what was asked at a time is in product_prices.';
COMMENT ON COLUMN products.unit_cost IS 'What a unit costs the shop.';
COMMENT ON COLUMN products.weight_kg IS 'Weight of a unit, kg.';

CREATE TABLE sim.carried_ids (
    city_id SMALLINT NOT NULL,
    entity TEXT NOT NULL,
    newest_id BIGINT NOT NULL,
    CONSTRAINT pk_carried_ids PRIMARY KEY (city_id, entity),
    CONSTRAINT ck_carried_ids_entity_known CHECK (entity IN ('session', 'cart', 'order', 'payment', 'movement', 'replenishment', 'shift', 'trip', 'delivery', 'review', 'return')),
    CONSTRAINT ck_carried_ids_newest_id_names_its_city CHECK (mod(newest_id, 100) = city_id),
    CONSTRAINT fk_carried_ids_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id)
)
 WITH (fillfactor = 50);
COMMENT ON TABLE sim.carried_ids IS 'The newest ids that were cut off: none is given twice.';
COMMENT ON COLUMN sim.carried_ids.city_id IS 'The city.';
COMMENT ON COLUMN sim.carried_ids.entity IS 'What it is the id of: session, cart, order and so on.';
COMMENT ON COLUMN sim.carried_ids.newest_id IS 'The largest id of a row that was cut off.';

CREATE TABLE sim.controls (
    run_id BIGINT NOT NULL,
    speed TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_controls PRIMARY KEY (run_id),
    CONSTRAINT fk_controls_run_id FOREIGN KEY(run_id) REFERENCES sim.runs (run_id)
);
COMMENT ON TABLE sim.controls IS 'What has been asked of the running simulator, one row for the newest chapter; whoever writes it sends NOTIFY bazaar_control.';
COMMENT ON COLUMN sim.controls.run_id IS 'The chapter that it was asked of.';
COMMENT ON COLUMN sim.controls.speed IS 'Speed asked: ''10x'' is ten simulated seconds a real second, ''max'' is unpaced.';
COMMENT ON COLUMN sim.controls.paused IS 'Whether the clock shall stand still.';
COMMENT ON COLUMN sim.controls.asked_at IS 'Wall-clock time at which it was asked.';

CREATE TABLE sim.session_quarters (
    quarter_at TIMESTAMP WITH TIME ZONE NOT NULL,
    city_id SMALLINT NOT NULL,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    bounced INTEGER NOT NULL,
    browsed INTEGER NOT NULL,
    cart_abandoned INTEGER NOT NULL,
    checkout_abandoned INTEGER NOT NULL,
    payment_failed INTEGER NOT NULL,
    ordered INTEGER NOT NULL,
    CONSTRAINT pk_session_quarters PRIMARY KEY (quarter_at, city_id, channel, device),
    CONSTRAINT ck_session_quarters_channel_known CHECK (channel IN ('direct', 'search', 'social', 'email', 'ads', 'referral')),
    CONSTRAINT ck_session_quarters_device_known CHECK (device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT fk_session_quarters_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE sim.session_quarters IS 'Visits that have ended, by the quarter of an hour in which they began. Read it by visits_in().';
COMMENT ON COLUMN sim.session_quarters.quarter_at IS 'Beginning of the quarter, UTC.';
COMMENT ON COLUMN sim.session_quarters.city_id IS 'The city the visitors are in.';
COMMENT ON COLUMN sim.session_quarters.channel IS 'How they came.';
COMMENT ON COLUMN sim.session_quarters.device IS 'What they came with.';
COMMENT ON COLUMN sim.session_quarters.bounced IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.browsed IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.cart_abandoned IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.checkout_abandoned IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.payment_failed IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.ordered IS 'Visits with this outcome.';

CREATE TABLE sim.view_quarters (
    quarter_at TIMESTAMP WITH TIME ZONE NOT NULL,
    city_id SMALLINT NOT NULL,
    product_views INTEGER NOT NULL,
    missed_views INTEGER NOT NULL,
    CONSTRAINT pk_view_quarters PRIMARY KEY (quarter_at, city_id),
    CONSTRAINT fk_view_quarters_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE sim.view_quarters IS 'Product views, counted by quarters of an hour. Read it by views_in().';
COMMENT ON COLUMN sim.view_quarters.quarter_at IS 'Beginning of the quarter, UTC.';
COMMENT ON COLUMN sim.view_quarters.city_id IS 'The city the visitors are in.';
COMMENT ON COLUMN sim.view_quarters.product_views IS 'Product views in it.';
COMMENT ON COLUMN sim.view_quarters.missed_views IS 'Of these, how many met an empty shelf.';

CREATE TABLE warehouses (
    warehouse_id SMALLINT NOT NULL,
    city_id SMALLINT NOT NULL,
    name TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_warehouses PRIMARY KEY (warehouse_id),
    CONSTRAINT ck_warehouses_latitude_range CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT ck_warehouses_longitude_range CHECK (longitude BETWEEN -180 AND 180),
    CONSTRAINT fk_warehouses_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id)
);
COMMENT ON TABLE warehouses IS 'Warehouses: where orders are picked and packed and couriers set out from.';
COMMENT ON COLUMN warehouses.warehouse_id IS 'The warehouse: city_id * 10 and a number within the city.';
COMMENT ON COLUMN warehouses.city_id IS 'The city it serves.';
COMMENT ON COLUMN warehouses.name IS 'Name of the warehouse.';
COMMENT ON COLUMN warehouses.latitude IS 'Latitude, degrees.';
COMMENT ON COLUMN warehouses.longitude IS 'Longitude, degrees.';

CREATE TABLE addresses (
    address_id BIGINT NOT NULL,
    customer_id BIGINT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_addresses PRIMARY KEY (address_id),
    CONSTRAINT fk_addresses_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
);
CREATE INDEX ix_addresses_created_at ON addresses USING brin (created_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_addresses_customer_id ON addresses (customer_id);
COMMENT ON TABLE addresses IS 'Delivery addresses of customers.';
COMMENT ON COLUMN addresses.address_id IS 'The address; the last two digits are the city.';
COMMENT ON COLUMN addresses.customer_id IS 'Whose address it is.';
COMMENT ON COLUMN addresses.street IS 'Street and house number.';
COMMENT ON COLUMN addresses.postal_code IS 'Postal code.';
COMMENT ON COLUMN addresses.latitude IS 'Latitude, degrees.';
COMMENT ON COLUMN addresses.longitude IS 'Longitude, degrees.';
COMMENT ON COLUMN addresses.created_at IS 'When the customer gave the address.';

CREATE TABLE couriers (
    courier_id BIGINT NOT NULL,
    warehouse_id SMALLINT NOT NULL,
    full_name TEXT NOT NULL,
    vehicle TEXT NOT NULL,
    hired_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_couriers PRIMARY KEY (courier_id),
    CONSTRAINT ck_couriers_vehicle_known CHECK (vehicle IN ('van', 'scooter', 'bicycle')),
    CONSTRAINT fk_couriers_warehouse_id FOREIGN KEY(warehouse_id) REFERENCES warehouses (warehouse_id)
);
COMMENT ON TABLE couriers IS 'Couriers, each of one warehouse.';
COMMENT ON COLUMN couriers.courier_id IS 'The courier.';
COMMENT ON COLUMN couriers.warehouse_id IS 'The warehouse the courier sets out from.';
COMMENT ON COLUMN couriers.full_name IS 'First and last name.';
COMMENT ON COLUMN couriers.vehicle IS 'van, scooter or bicycle: it sets speed and capacity.';
COMMENT ON COLUMN couriers.hired_at IS 'When the courier was hired; possibly before the run''s epoch.';

CREATE TABLE customer_devices (
    customer_id BIGINT NOT NULL,
    device TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signed_in_at TIMESTAMP WITH TIME ZONE NOT NULL,
    visitor_id BIGINT NOT NULL,
    CONSTRAINT pk_customer_devices PRIMARY KEY (customer_id, device),
    CONSTRAINT ck_customer_devices_device_known CHECK (device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT ck_customer_devices_signed_in_at_after_added_at CHECK (coalesce(signed_in_at >= added_at, signed_in_at IS NULL)),
    CONSTRAINT fk_customer_devices_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
)
 WITH (fillfactor = 80);
CREATE INDEX ix_customer_devices_added_at ON customer_devices USING brin (added_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_customer_devices_visitor_id ON customer_devices (visitor_id);
COMMENT ON TABLE customer_devices IS 'Where customers stay signed in: the newest cookie that they signed in with on each kind of device. Who has stayed so since before the opening has a row only after the next time.';
COMMENT ON COLUMN customer_devices.customer_id IS 'The customer.';
COMMENT ON COLUMN customer_devices.device IS 'mobile, desktop or tablet.';
COMMENT ON COLUMN customer_devices.added_at IS 'When the customer first signed in on such a device.';
COMMENT ON COLUMN customer_devices.signed_in_at IS 'When the customer last signed in on it: asked for anew with a new cookie.';
COMMENT ON COLUMN customer_devices.visitor_id IS 'The cookie of that time, as in sessions; it may be lost by now.';

CREATE TABLE inventory (
    warehouse_id SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    reorder_point INTEGER NOT NULL,
    order_up_to INTEGER NOT NULL,
    CONSTRAINT pk_inventory PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT ck_inventory_reserved_within_on_hand CHECK (reserved >= 0 AND reserved <= on_hand),
    CONSTRAINT ck_inventory_reorder_point_not_negative CHECK (reorder_point >= 0),
    CONSTRAINT ck_inventory_order_up_to_above_reorder_point CHECK (order_up_to >= reorder_point),
    CONSTRAINT fk_inventory_warehouse_id FOREIGN KEY(warehouse_id) REFERENCES warehouses (warehouse_id),
    CONSTRAINT fk_inventory_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
)
 WITH (fillfactor = 70);
COMMENT ON TABLE inventory IS 'Current stock, one row a warehouse and product; on_hand - reserved can be sold.';
COMMENT ON COLUMN inventory.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN inventory.product_id IS 'The product.';
COMMENT ON COLUMN inventory.on_hand IS 'Units on the shelf: the sum of its stock_movements.';
COMMENT ON COLUMN inventory.reserved IS 'Of these, units of orders that are neither picked nor cancelled yet.';
COMMENT ON COLUMN inventory.reorder_point IS 'At or below this many units a replenishment is ordered.';
COMMENT ON COLUMN inventory.order_up_to IS 'Units that a replenishment brings the stock up to.';

CREATE TABLE product_prices (
    product_id BIGINT NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    price NUMERIC(12, 2) NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_product_prices PRIMARY KEY (product_id, valid_from),
    CONSTRAINT ck_product_prices_price_positive CHECK (price > 0),
    CONSTRAINT ck_product_prices_reason_known CHECK (reason IN ('opening', 'promotion', 'promotion_ended')),
    CONSTRAINT fk_product_prices_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
);
CREATE INDEX ix_product_prices_valid_from ON product_prices USING brin (valid_from) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE product_prices IS 'Selling prices over time: each holds from valid_from until the product''s next row.';
COMMENT ON COLUMN product_prices.product_id IS 'The product.';
COMMENT ON COLUMN product_prices.valid_from IS 'From when on this price holds; the opening one since a week before the epoch.';
COMMENT ON COLUMN product_prices.price IS 'Selling price of a unit.';
COMMENT ON COLUMN product_prices.reason IS 'Why the price was set: opening, promotion or promotion_ended.';

CREATE TABLE sessions (
    session_id BIGINT NOT NULL,
    customer_id BIGINT,
    city_id SMALLINT NOT NULL,
    warehouse_id SMALLINT NOT NULL,
    channel TEXT NOT NULL,
    device TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    exit_reason TEXT,
    visitor_id BIGINT,
    identified_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sessions PRIMARY KEY (session_id),
    CONSTRAINT ck_sessions_channel_known CHECK (channel IN ('direct', 'search', 'social', 'email', 'ads', 'referral')),
    CONSTRAINT ck_sessions_device_known CHECK (device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT ck_sessions_outcome_known CHECK (outcome IN ('bounced', 'browsed', 'cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')),
    CONSTRAINT ck_sessions_exit_reason_known CHECK (exit_reason IN ('not_interested', 'price', 'out_of_stock', 'promise', 'delivery_fee', 'payment')),
    CONSTRAINT ck_sessions_outcome_at_the_end CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT ck_sessions_exit_reason_of_a_loss CHECK (exit_reason IS NULL OR coalesce(outcome <> 'ordered', false)),
    CONSTRAINT ck_sessions_ended_at_after_started_at CHECK (coalesce(ended_at >= started_at, ended_at IS NULL)),
    CONSTRAINT ck_sessions_identified_with_a_customer CHECK ((customer_id IS NULL) = (identified_at IS NULL)),
    CONSTRAINT ck_sessions_identified_at_after_started_at CHECK (coalesce(identified_at >= started_at, identified_at IS NULL)),
    CONSTRAINT fk_sessions_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id),
    CONSTRAINT fk_sessions_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id),
    CONSTRAINT fk_sessions_warehouse_id FOREIGN KEY(warehouse_id) REFERENCES warehouses (warehouse_id)
)
 WITH (fillfactor = 80);
CREATE INDEX ix_sessions_customer_id ON sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_sessions_ended_at ON sessions USING brin (ended_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_sessions_open ON sessions (session_id) WHERE ended_at IS NULL;
CREATE INDEX ix_sessions_started_at ON sessions (started_at);
CREATE INDEX ix_sessions_visitor_id ON sessions (visitor_id);
CREATE INDEX ix_sessions_with_a_cart ON sessions (started_at) INCLUDE (city_id, channel, device, outcome, exit_reason, session_id, customer_id) WHERE outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered');
COMMENT ON TABLE sessions IS 'Visits to the shop. Conversion is paid orders over sessions.';
COMMENT ON COLUMN sessions.session_id IS 'The session; the last two digits are the city.';
COMMENT ON COLUMN sessions.customer_id IS 'The customer, once the shop knows: from the start where signed in, else from identified_at on; null if never.';
COMMENT ON COLUMN sessions.city_id IS 'The city the visitor is in.';
COMMENT ON COLUMN sessions.warehouse_id IS 'The warehouse whose stock the visitor sees.';
COMMENT ON COLUMN sessions.channel IS 'How the visitor came: direct, search, social, email (known customers only), ads or referral.';
COMMENT ON COLUMN sessions.device IS 'mobile, desktop or tablet.';
COMMENT ON COLUMN sessions.started_at IS 'When the visit began.';
COMMENT ON COLUMN sessions.ended_at IS 'When it ended; null while it goes on.';
COMMENT ON COLUMN sessions.outcome IS 'How far it came: bounced, browsed, cart_abandoned, checkout_abandoned, payment_failed, ordered; null if open.';
COMMENT ON COLUMN sessions.exit_reason IS 'What was in the way of a visitor who left without an order, as far as a shop can see; null when ordered, and where nothing was.';
COMMENT ON COLUMN sessions.visitor_id IS 'The browser''s cookie, by which visits of one device belong together until it is lost; the last two digits are the city. Null for visits before shops kept it (schema 11).';
COMMENT ON COLUMN sessions.identified_at IS 'When the shop knew who it was: the start where signed in, else at sign-in, sign-up or a guest''s order.';

CREATE TABLE sim.carried_customers (
    customer_id BIGINT NOT NULL,
    loyalty_seq INTEGER DEFAULT '0' NOT NULL,
    loyalty_points INTEGER DEFAULT '0' NOT NULL,
    lifetime_points INTEGER DEFAULT '0' NOT NULL,
    loyalty_tier TEXT,
    last_paid_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_carried_customers PRIMARY KEY (customer_id),
    CONSTRAINT ck_carried_customers_loyalty_seq_not_negative CHECK (loyalty_seq >= 0),
    CONSTRAINT ck_carried_customers_loyalty_points_not_negative CHECK (loyalty_points >= 0),
    CONSTRAINT ck_carried_customers_loyalty_tier_known CHECK (loyalty_tier IN ('bronze', 'silver', 'gold', 'platinum')),
    CONSTRAINT ck_carried_customers_tier_of_a_transaction CHECK ((loyalty_seq = 0) = (loyalty_tier IS NULL)),
    CONSTRAINT fk_carried_customers_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE sim.carried_customers IS 'Where a customer''s points stood after the last of their transactions that was cut off.';
COMMENT ON COLUMN sim.carried_customers.customer_id IS 'The customer.';
COMMENT ON COLUMN sim.carried_customers.loyalty_seq IS 'Loyalty transactions cut off.';
COMMENT ON COLUMN sim.carried_customers.loyalty_points IS 'Points after the last of them.';
COMMENT ON COLUMN sim.carried_customers.lifetime_points IS 'Points of theirs that count for the tier.';
COMMENT ON COLUMN sim.carried_customers.loyalty_tier IS 'Tier after the last of them.';
COMMENT ON COLUMN sim.carried_customers.last_paid_at IS 'When the last order that was cut off was paid.';

CREATE TABLE sim.incidents (
    incident_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    city_id SMALLINT,
    warehouse_id SMALLINT,
    strength DOUBLE PRECISION,
    hours DOUBLE PRECISION NOT NULL,
    origin TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    asked_at TIMESTAMP WITH TIME ZONE,
    end_asked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_incidents PRIMARY KEY (incident_id),
    CONSTRAINT ck_incidents_kind_known CHECK (kind IN ('courier_strike', 'warehouse_outage', 'traffic_jam', 'demand_surge', 'payment_outage', 'flash_sale')),
    CONSTRAINT ck_incidents_origin_known CHECK (origin IN ('scenario', 'hand')),
    CONSTRAINT ck_incidents_id_of_its_origin CHECK ((mod(incident_id, 2) = 0) = (origin = 'hand')),
    CONSTRAINT ck_incidents_strength_unless_outage CHECK ((strength IS NULL) = (kind = 'warehouse_outage')),
    CONSTRAINT ck_incidents_strength_of_its_kind CHECK (CASE WHEN kind IN ('traffic_jam', 'demand_surge') THEN strength > 1 AND strength <= 20 ELSE strength > 0 AND strength <= 1 END),
    CONSTRAINT ck_incidents_hours_in_bounds CHECK (hours > 0 AND hours <= 87840),
    CONSTRAINT ck_incidents_city_of_warehouse CHECK (warehouse_id IS NULL OR city_id IS NOT NULL),
    CONSTRAINT ck_incidents_begins_and_ends CHECK ((began_at IS NULL) = (ends_at IS NULL)),
    CONSTRAINT ck_incidents_ends_at_after_began_at CHECK (coalesce(ends_at >= began_at, ends_at IS NULL)),
    CONSTRAINT ck_incidents_asked_by_hand CHECK ((asked_at IS NOT NULL) = (origin = 'hand')),
    CONSTRAINT ck_incidents_scenario_has_begun CHECK (began_at IS NOT NULL OR origin = 'hand'),
    CONSTRAINT fk_incidents_city_id FOREIGN KEY(city_id) REFERENCES cities (city_id),
    CONSTRAINT fk_incidents_warehouse_id FOREIGN KEY(warehouse_id) REFERENCES warehouses (warehouse_id)
);
COMMENT ON TABLE sim.incidents IS 'What goes otherwise than usual for some hours, one row an incident, by the scenario or asked for by hand; it acts after began_at, up to and including ends_at. Read it by the view incidents.';
COMMENT ON COLUMN sim.incidents.incident_id IS 'The incident: odd numbers are the scenario''s, even ones were asked for by hand.';
COMMENT ON COLUMN sim.incidents.kind IS 'courier_strike, warehouse_outage, traffic_jam, demand_surge, payment_outage or flash_sale.';
COMMENT ON COLUMN sim.incidents.city_id IS 'The city; null where it concerns all.';
COMMENT ON COLUMN sim.incidents.warehouse_id IS 'The warehouse; null where it concerns all of the city.';
COMMENT ON COLUMN sim.incidents.strength IS 'By kind: share of couriers that strike, of payments that fail, of products on sale; factor on travel time or arrivals; null for an outage of a warehouse.';
COMMENT ON COLUMN sim.incidents.hours IS 'How long it was meant to last, simulated hours.';
COMMENT ON COLUMN sim.incidents.origin IS 'scenario or hand.';
COMMENT ON COLUMN sim.incidents.began_at IS 'Simulated instant at which it began; null while it is asked for and not begun.';
COMMENT ON COLUMN sim.incidents.ends_at IS 'Simulated instant at which it ends, or was ended before its time.';
COMMENT ON COLUMN sim.incidents.asked_at IS 'Wall-clock time at which it was asked for; null in a scenario.';
COMMENT ON COLUMN sim.incidents.end_asked_at IS 'Wall-clock time at which its early end was asked for.';

CREATE TABLE truth.carried_satisfaction (
    customer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    satisfaction SMALLINT NOT NULL,
    CONSTRAINT pk_carried_satisfaction PRIMARY KEY (customer_id),
    CONSTRAINT ck_carried_satisfaction_seq_positive CHECK (seq > 0),
    CONSTRAINT ck_carried_satisfaction_satisfaction_range CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT fk_carried_satisfaction_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE truth.carried_satisfaction IS 'Where a customer''s satisfaction stood after the last of its changes that was cut off.';
COMMENT ON COLUMN truth.carried_satisfaction.customer_id IS 'The customer.';
COMMENT ON COLUMN truth.carried_satisfaction.seq IS 'Satisfaction changes cut off.';
COMMENT ON COLUMN truth.carried_satisfaction.satisfaction IS 'Satisfaction after the last of them.';

CREATE TABLE truth.customer_traits (
    customer_id BIGINT NOT NULL,
    persona TEXT NOT NULL,
    satisfaction SMALLINT NOT NULL,
    activity DOUBLE PRECISION,
    active_hour SMALLINT,
    usual_device TEXT,
    usual_channel TEXT,
    usual_payment_method TEXT,
    favourite_category_id SMALLINT,
    absence DOUBLE PRECISION,
    price_taste DOUBLE PRECISION,
    basket DOUBLE PRECISION,
    units DOUBLE PRECISION,
    pace DOUBLE PRECISION,
    CONSTRAINT pk_customer_traits PRIMARY KEY (customer_id),
    CONSTRAINT ck_customer_traits_persona_known CHECK (persona IN ('bargain_hunter', 'loyal', 'impulsive', 'window_shopper', 'planner')),
    CONSTRAINT ck_customer_traits_usual_device_known CHECK (usual_device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT ck_customer_traits_satisfaction_range CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT ck_customer_traits_active_hour_of_a_day CHECK (active_hour BETWEEN 0 AND 23),
    CONSTRAINT fk_customer_traits_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id),
    CONSTRAINT fk_customer_traits_favourite_category_id FOREIGN KEY(favourite_category_id) REFERENCES categories (category_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE truth.customer_traits IS 'What customers are like inside: all of it drawn when they registered, but satisfaction, which moves.';
COMMENT ON COLUMN truth.customer_traits.customer_id IS 'The customer.';
COMMENT ON COLUMN truth.customer_traits.persona IS 'How the customer shops: bargain_hunter, loyal, impulsive, window_shopper, planner.';
COMMENT ON COLUMN truth.customer_traits.satisfaction IS 'Current satisfaction, 0 (lost) to 100 (delighted).';
COMMENT ON COLUMN truth.customer_traits.activity IS 'How readily the customer visits, for life: a weight among all customers.';
COMMENT ON COLUMN truth.customer_traits.active_hour IS 'Local hour about which the customer is most active.';
COMMENT ON COLUMN truth.customer_traits.usual_device IS 'What the customer comes with by habit: mobile, desktop or tablet.';
COMMENT ON COLUMN truth.customer_traits.usual_channel IS 'How the customer comes by habit, with the usual device.';
COMMENT ON COLUMN truth.customer_traits.usual_payment_method IS 'How the customer pays by habit.';
COMMENT ON COLUMN truth.customer_traits.favourite_category_id IS 'The category that the customer looks at by habit.';
COMMENT ON COLUMN truth.customer_traits.absence IS 'Odds of being out when a courier rings, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.price_taste IS 'Liking for dear goods: by this power of price over the usual price the odds of adding a product rise.';
COMMENT ON COLUMN truth.customer_traits.basket IS 'Odds of adding one more product to a cart, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.units IS 'Odds of taking one more unit of the same, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.pace IS 'Time that a page is looked at, over what is usual.';

CREATE TABLE truth.product_traits (
    product_id BIGINT NOT NULL,
    popularity DOUBLE PRECISION NOT NULL,
    appeal DOUBLE PRECISION NOT NULL,
    disappoints DOUBLE PRECISION NOT NULL,
    stars DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_product_traits PRIMARY KEY (product_id),
    CONSTRAINT ck_product_traits_disappoints_is_a_share CHECK (disappoints BETWEEN 0 AND 1),
    CONSTRAINT fk_product_traits_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
);
COMMENT ON TABLE truth.product_traits IS 'How good and how wanted products are.';
COMMENT ON COLUMN truth.product_traits.product_id IS 'The product.';
COMMENT ON COLUMN truth.product_traits.popularity IS 'Share of all views that it would have if all products were at their height.';
COMMENT ON COLUMN truth.product_traits.appeal IS 'Factor on the odds that who looks at it adds it, its price''s appeal included.';
COMMENT ON COLUMN truth.product_traits.disappoints IS 'Chance that a piece of it disappoints.';
COMMENT ON COLUMN truth.product_traits.stars IS 'What its kind adds to the stars of a review.';

CREATE TABLE carts (
    cart_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL,
    restored_from_cart_id BIGINT,
    status TEXT NOT NULL,
    abandon_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_carts PRIMARY KEY (cart_id),
    CONSTRAINT uq_carts_session_id UNIQUE (session_id),
    CONSTRAINT ck_carts_status_known CHECK (status IN ('open', 'ordered', 'abandoned')),
    CONSTRAINT ck_carts_abandon_reason_known CHECK (abandon_reason IN ('not_interested', 'price', 'out_of_stock', 'promise', 'delivery_fee', 'payment')),
    CONSTRAINT ck_carts_closed_unless_open CHECK ((status = 'open') = (closed_at IS NULL)),
    CONSTRAINT ck_carts_abandon_reason_of_an_abandoned CHECK (abandon_reason IS NULL OR status = 'abandoned'),
    CONSTRAINT ck_carts_restored_from_another CHECK (restored_from_cart_id <> cart_id),
    CONSTRAINT ck_carts_closed_at_after_created_at CHECK (coalesce(closed_at >= created_at, closed_at IS NULL)),
    CONSTRAINT fk_carts_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id),
    CONSTRAINT fk_carts_restored_from_cart_id FOREIGN KEY(restored_from_cart_id) REFERENCES carts (cart_id)
)
 WITH (fillfactor = 80);
CREATE INDEX ix_carts_created_at ON carts (created_at);
CREATE INDEX ix_carts_open ON carts (cart_id) WHERE closed_at IS NULL;
CREATE INDEX ix_carts_restored_from_cart_id ON carts (restored_from_cart_id) WHERE restored_from_cart_id IS NOT NULL;
COMMENT ON TABLE carts IS 'Carts, each made at the first item added; abandoned means without a paid order.';
COMMENT ON COLUMN carts.cart_id IS 'The cart; the last two digits are the city.';
COMMENT ON COLUMN carts.session_id IS 'The session it was filled in; one cart a session.';
COMMENT ON COLUMN carts.restored_from_cart_id IS 'The abandoned cart that the customer came back to.';
COMMENT ON COLUMN carts.status IS 'open, ordered (it has a paid order, even one cancelled later) or abandoned.';
COMMENT ON COLUMN carts.abandon_reason IS 'Why it was abandoned, in the words of sessions.exit_reason.';
COMMENT ON COLUMN carts.created_at IS 'When the first item was added.';
COMMENT ON COLUMN carts.closed_at IS 'When it was ordered (paid) or abandoned; null while open.';

CREATE TABLE courier_shifts (
    shift_id BIGINT NOT NULL,
    courier_id BIGINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_courier_shifts PRIMARY KEY (shift_id),
    CONSTRAINT ck_courier_shifts_ends_at_after_started_at CHECK (ends_at > started_at),
    CONSTRAINT ck_courier_shifts_ended_at_after_started_at CHECK (coalesce(ended_at >= started_at, ended_at IS NULL)),
    CONSTRAINT fk_courier_shifts_courier_id FOREIGN KEY(courier_id) REFERENCES couriers (courier_id)
)
 WITH (fillfactor = 85);
CREATE INDEX ix_courier_shifts_courier_id_started_at ON courier_shifts (courier_id, started_at);
CREATE INDEX ix_courier_shifts_ended_at ON courier_shifts USING brin (ended_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_courier_shifts_open ON courier_shifts (courier_id) WHERE ended_at IS NULL;
CREATE INDEX ix_courier_shifts_started_at ON courier_shifts USING brin (started_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE courier_shifts IS 'Couriers'' working times.';
COMMENT ON COLUMN courier_shifts.shift_id IS 'The shift; the last two digits are the city.';
COMMENT ON COLUMN courier_shifts.courier_id IS 'The courier.';
COMMENT ON COLUMN courier_shifts.started_at IS 'When it began.';
COMMENT ON COLUMN courier_shifts.ends_at IS 'When it should end; may lie after sim_now(). No trip starts after it.';
COMMENT ON COLUMN courier_shifts.ended_at IS 'When it ended: later than ends_at if the last trip ran over.';

CREATE TABLE replenishments (
    replenishment_id BIGINT NOT NULL,
    warehouse_id SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_replenishments PRIMARY KEY (replenishment_id),
    CONSTRAINT fk_replenishments_warehouse_id_product_id FOREIGN KEY(warehouse_id, product_id) REFERENCES inventory (warehouse_id, product_id),
    CONSTRAINT ck_replenishments_quantity_positive CHECK (quantity > 0),
    CONSTRAINT ck_replenishments_due_at_after_ordered_at CHECK (due_at >= ordered_at),
    CONSTRAINT ck_replenishments_received_at_after_ordered_at CHECK (coalesce(received_at >= ordered_at, received_at IS NULL))
)
 WITH (fillfactor = 85);
CREATE INDEX ix_replenishments_open ON replenishments (warehouse_id, product_id) WHERE received_at IS NULL;
CREATE INDEX ix_replenishments_ordered_at ON replenishments USING brin (ordered_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_replenishments_received_at ON replenishments USING brin (received_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE replenishments IS 'Orders to suppliers for one product of one warehouse.';
COMMENT ON COLUMN replenishments.replenishment_id IS 'The replenishment; the last two digits are the city.';
COMMENT ON COLUMN replenishments.warehouse_id IS 'The warehouse it goes to.';
COMMENT ON COLUMN replenishments.product_id IS 'The product.';
COMMENT ON COLUMN replenishments.quantity IS 'Units ordered.';
COMMENT ON COLUMN replenishments.ordered_at IS 'When it was ordered.';
COMMENT ON COLUMN replenishments.due_at IS 'When it should arrive; may lie after sim_now().';
COMMENT ON COLUMN replenishments.received_at IS 'When it arrived; null while under way.';

CREATE TABLE session_events (
    session_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    product_id BIGINT,
    in_stock BOOLEAN,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_session_events PRIMARY KEY (session_id, seq),
    CONSTRAINT ck_session_events_event_type_known CHECK (event_type IN ('visit', 'product_view', 'add_to_cart', 'remove_from_cart', 'cart_restored', 'checkout', 'order_placed', 'payment_attempt', 'sign_in', 'sign_up')),
    CONSTRAINT ck_session_events_product_of_a_product_step CHECK (product_id IS NOT NULL OR event_type NOT IN ('product_view', 'add_to_cart', 'remove_from_cart', 'cart_restored')),
    CONSTRAINT ck_session_events_in_stock_of_a_view CHECK ((in_stock IS NOT NULL) = (event_type = 'product_view')),
    CONSTRAINT fk_session_events_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id),
    CONSTRAINT fk_session_events_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
);
CREATE INDEX ix_session_events_event_type_session_id ON session_events (event_type, session_id);
CREATE INDEX ix_session_events_occurred_at ON session_events USING brin (occurred_at) WITH (autosummarize = on);
CREATE INDEX ix_session_events_out_of_stock ON session_events (product_id, occurred_at) WHERE NOT in_stock;
COMMENT ON TABLE session_events IS 'The steps of each visit through the funnel.';
COMMENT ON COLUMN session_events.session_id IS 'The session.';
COMMENT ON COLUMN session_events.seq IS 'Number of the step within the session: 1, 2, 3 and so on.';
COMMENT ON COLUMN session_events.event_type IS 'visit, product_view, add_to_cart, remove_from_cart, cart_restored, checkout, order_placed, payment_attempt; sign_in and sign_up say who it is.';
COMMENT ON COLUMN session_events.product_id IS 'The product looked at, added or removed.';
COMMENT ON COLUMN session_events.in_stock IS 'On product views: whether the shopper could have bought it.';
COMMENT ON COLUMN session_events.occurred_at IS 'When the step was taken.';

CREATE TABLE sim.carried_stock (
    warehouse_id SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    CONSTRAINT pk_carried_stock PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT fk_carried_stock_warehouse_id_product_id FOREIGN KEY(warehouse_id, product_id) REFERENCES inventory (warehouse_id, product_id)
)
 WITH (fillfactor = 50);
COMMENT ON TABLE sim.carried_stock IS 'The sum of the stock movements that were cut off.';
COMMENT ON COLUMN sim.carried_stock.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN sim.carried_stock.product_id IS 'The product.';
COMMENT ON COLUMN sim.carried_stock.quantity IS 'Units that came, less those that left.';

CREATE TABLE truth.courier_traits (
    courier_id BIGINT NOT NULL,
    pace DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_courier_traits PRIMARY KEY (courier_id),
    CONSTRAINT ck_courier_traits_pace_positive CHECK (pace > 0),
    CONSTRAINT fk_courier_traits_courier_id FOREIGN KEY(courier_id) REFERENCES couriers (courier_id)
);
COMMENT ON TABLE truth.courier_traits IS 'How fast couriers are.';
COMMENT ON COLUMN truth.courier_traits.courier_id IS 'The courier.';
COMMENT ON COLUMN truth.courier_traits.pace IS 'Time that everything takes the courier, over what is usual; who is new takes longer still.';

CREATE TABLE truth.exit_reasons (
    session_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_exit_reasons PRIMARY KEY (session_id),
    CONSTRAINT ck_exit_reasons_reason_known CHECK (reason IN ('whim')),
    CONSTRAINT fk_exit_reasons_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
COMMENT ON TABLE truth.exit_reasons IS 'Why visitors left, of visits whose exit_reason is null for it cannot be seen; the cart''s likewise.';
COMMENT ON COLUMN truth.exit_reasons.session_id IS 'The session.';
COMMENT ON COLUMN truth.exit_reasons.reason IS 'whim: for no reason at all.';

CREATE TABLE cart_items (
    cart_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_cart_items PRIMARY KEY (cart_id, product_id),
    CONSTRAINT ck_cart_items_quantity_positive CHECK (quantity > 0),
    CONSTRAINT ck_cart_items_removed_at_after_added_at CHECK (coalesce(removed_at >= added_at, removed_at IS NULL)),
    CONSTRAINT fk_cart_items_cart_id FOREIGN KEY(cart_id) REFERENCES carts (cart_id),
    CONSTRAINT fk_cart_items_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
)
 WITH (fillfactor = 85);
COMMENT ON TABLE cart_items IS 'Products in carts, the removed ones too.';
COMMENT ON COLUMN cart_items.cart_id IS 'The cart.';
COMMENT ON COLUMN cart_items.product_id IS 'The product.';
COMMENT ON COLUMN cart_items.quantity IS 'Units.';
COMMENT ON COLUMN cart_items.added_at IS 'When it was put in.';
COMMENT ON COLUMN cart_items.removed_at IS 'When it was taken out; null if it stayed in.';

CREATE TABLE orders (
    order_id BIGINT NOT NULL,
    customer_id BIGINT NOT NULL,
    cart_id BIGINT NOT NULL,
    warehouse_id SMALLINT NOT NULL,
    address_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    pick_started_at TIMESTAMP WITH TIME ZONE,
    picked_at TIMESTAMP WITH TIME ZONE,
    pack_started_at TIMESTAMP WITH TIME ZONE,
    packed_at TIMESTAMP WITH TIME ZONE,
    dispatched_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    cancel_reason TEXT,
    subtotal NUMERIC(12, 2) NOT NULL,
    discount NUMERIC(12, 2) NOT NULL,
    delivery_fee NUMERIC(12, 2) NOT NULL,
    total NUMERIC(12, 2) NOT NULL,
    slot_starts_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_orders PRIMARY KEY (order_id),
    CONSTRAINT uq_orders_cart_id UNIQUE (cart_id),
    CONSTRAINT ck_orders_status_known CHECK (status IN ('placed', 'paid', 'picked', 'packed', 'dispatched', 'delivered', 'cancelled')),
    CONSTRAINT ck_orders_cancel_reason_known CHECK (cancel_reason IN ('payment_failed', 'changed_mind', 'waited_too_long', 'undeliverable')),
    CONSTRAINT ck_orders_paid_at_after_placed_at CHECK (coalesce(paid_at >= placed_at, paid_at IS NULL)),
    CONSTRAINT ck_orders_pick_started_at_after_paid_at CHECK (coalesce(pick_started_at >= paid_at, pick_started_at IS NULL)),
    CONSTRAINT ck_orders_picked_at_after_pick_started_at CHECK (coalesce(picked_at >= pick_started_at, picked_at IS NULL)),
    CONSTRAINT ck_orders_pack_started_at_after_picked_at CHECK (coalesce(pack_started_at >= picked_at, pack_started_at IS NULL)),
    CONSTRAINT ck_orders_packed_at_after_pack_started_at CHECK (coalesce(packed_at >= pack_started_at, packed_at IS NULL)),
    CONSTRAINT ck_orders_dispatched_at_after_packed_at CHECK (coalesce(dispatched_at >= packed_at, dispatched_at IS NULL)),
    CONSTRAINT ck_orders_delivered_at_after_dispatched_at CHECK (coalesce(delivered_at >= dispatched_at, delivered_at IS NULL)),
    CONSTRAINT ck_orders_cancelled_at_last CHECK (cancelled_at >= greatest(placed_at, paid_at, pick_started_at, picked_at, pack_started_at, packed_at, dispatched_at, delivered_at)),
    CONSTRAINT ck_orders_delivered_or_cancelled CHECK (delivered_at IS NULL OR cancelled_at IS NULL),
    CONSTRAINT ck_orders_cancelled_for_a_reason CHECK ((cancelled_at IS NULL) = (cancel_reason IS NULL)),
    CONSTRAINT ck_orders_payment_failed_is_unpaid CHECK (cancel_reason <> 'payment_failed' OR paid_at IS NULL),
    CONSTRAINT ck_orders_undeliverable_was_dispatched CHECK (cancel_reason <> 'undeliverable' OR dispatched_at IS NOT NULL),
    CONSTRAINT ck_orders_status_agrees_with_milestones CHECK (status = CASE
    WHEN cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN delivered_at IS NOT NULL THEN 'delivered'
    WHEN dispatched_at IS NOT NULL THEN 'dispatched'
    WHEN packed_at IS NOT NULL THEN 'packed'
    WHEN picked_at IS NOT NULL THEN 'picked'
    WHEN paid_at IS NOT NULL THEN 'paid'
    ELSE 'placed' END),
    CONSTRAINT ck_orders_promised_at_after_placed_at CHECK (promised_at > placed_at),
    CONSTRAINT ck_orders_slot_ends_after_it_starts CHECK (promised_at > slot_starts_at),
    CONSTRAINT ck_orders_discount_within_subtotal CHECK (discount >= 0 AND discount <= subtotal),
    CONSTRAINT ck_orders_delivery_fee_not_negative CHECK (delivery_fee >= 0),
    CONSTRAINT ck_orders_total_adds_up CHECK (total = subtotal - discount + delivery_fee),
    CONSTRAINT fk_orders_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id),
    CONSTRAINT fk_orders_cart_id FOREIGN KEY(cart_id) REFERENCES carts (cart_id),
    CONSTRAINT fk_orders_warehouse_id FOREIGN KEY(warehouse_id) REFERENCES warehouses (warehouse_id),
    CONSTRAINT fk_orders_address_id FOREIGN KEY(address_id) REFERENCES addresses (address_id)
)
 WITH (fillfactor = 70);
CREATE INDEX ix_orders_customer_id ON orders (customer_id);
CREATE INDEX ix_orders_open ON orders (order_id) WHERE delivered_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX ix_orders_placed_at ON orders (placed_at);
COMMENT ON TABLE orders IS 'Orders, from the submitted checkout on, with one timestamp a milestone.';
COMMENT ON COLUMN orders.order_id IS 'The order; the last two digits are the city.';
COMMENT ON COLUMN orders.customer_id IS 'Who ordered.';
COMMENT ON COLUMN orders.cart_id IS 'The cart it was made from; at most one order a cart.';
COMMENT ON COLUMN orders.warehouse_id IS 'The warehouse that fulfils it.';
COMMENT ON COLUMN orders.address_id IS 'Where it goes.';
COMMENT ON COLUMN orders.status IS 'placed, paid, picked, packed, dispatched, delivered or cancelled.';
COMMENT ON COLUMN orders.placed_at IS 'When the checkout was submitted and the stock reserved.';
COMMENT ON COLUMN orders.promised_at IS 'Delivery promised at checkout, the end of the slot chosen there; late means delivered after it.';
COMMENT ON COLUMN orders.paid_at IS 'When a payment was captured.';
COMMENT ON COLUMN orders.pick_started_at IS 'When a picker took it from the queue.';
COMMENT ON COLUMN orders.picked_at IS 'When all its units had left the shelves.';
COMMENT ON COLUMN orders.pack_started_at IS 'When packing began.';
COMMENT ON COLUMN orders.packed_at IS 'When it was packed.';
COMMENT ON COLUMN orders.dispatched_at IS 'When it left the warehouse for the first time.';
COMMENT ON COLUMN orders.delivered_at IS 'When the customer had it.';
COMMENT ON COLUMN orders.cancelled_at IS 'When it was cancelled.';
COMMENT ON COLUMN orders.cancel_reason IS 'payment_failed, changed_mind, waited_too_long or undeliverable.';
COMMENT ON COLUMN orders.subtotal IS 'Sum of quantity * unit_price of its items.';
COMMENT ON COLUMN orders.discount IS 'Taken off for the loyalty tier and for redeemed points.';
COMMENT ON COLUMN orders.delivery_fee IS 'Paid for delivery.';
COMMENT ON COLUMN orders.total IS 'subtotal - discount + delivery_fee: what the customer pays.';
COMMENT ON COLUMN orders.slot_starts_at IS 'When the slot begins that the customer chose at checkout, and nobody rings before; it ends at promised_at. Null in an order made before there were slots.';

CREATE TABLE trips (
    trip_id BIGINT NOT NULL,
    courier_id BIGINT NOT NULL,
    shift_id BIGINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    stops SMALLINT NOT NULL,
    distance_km NUMERIC(8, 3) NOT NULL,
    brought_back SMALLINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_trips PRIMARY KEY (trip_id),
    CONSTRAINT ck_trips_stops_positive CHECK (stops > 0),
    CONSTRAINT ck_trips_distance_km_not_negative CHECK (distance_km >= 0),
    CONSTRAINT ck_trips_brought_back_of_its_stops CHECK (brought_back BETWEEN 0 AND stops),
    CONSTRAINT ck_trips_ended_at_after_started_at CHECK (coalesce(ended_at >= started_at, ended_at IS NULL)),
    CONSTRAINT fk_trips_courier_id FOREIGN KEY(courier_id) REFERENCES couriers (courier_id),
    CONSTRAINT fk_trips_shift_id FOREIGN KEY(shift_id) REFERENCES courier_shifts (shift_id)
)
 WITH (fillfactor = 85);
CREATE INDEX ix_trips_courier_id_started_at ON trips (courier_id, started_at);
CREATE INDEX ix_trips_ended_at ON trips USING brin (ended_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_trips_open ON trips (courier_id) WHERE ended_at IS NULL;
CREATE INDEX ix_trips_shift_id ON trips (shift_id);
CREATE INDEX ix_trips_started_at ON trips USING brin (started_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE trips IS 'Couriers'' rounds, each a row from departure on.';
COMMENT ON COLUMN trips.trip_id IS 'The trip; the last two digits are the city.';
COMMENT ON COLUMN trips.courier_id IS 'The courier.';
COMMENT ON COLUMN trips.shift_id IS 'The shift it was made in.';
COMMENT ON COLUMN trips.started_at IS 'When the courier left the warehouse.';
COMMENT ON COLUMN trips.ended_at IS 'When the courier was back; null while out.';
COMMENT ON COLUMN trips.stops IS 'Parcels taken along, one stop each.';
COMMENT ON COLUMN trips.distance_km IS 'Length of the round as planned, km.';
COMMENT ON COLUMN trips.brought_back IS 'Parcels brought back untried, for it had become too late in the evening to ring.';

CREATE TABLE deliveries (
    delivery_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    trip_id BIGINT,
    courier_id BIGINT,
    stop_no SMALLINT,
    status TEXT NOT NULL,
    ready_at TIMESTAMP WITH TIME ZONE NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    dispatched_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    distance_km NUMERIC(8, 3) NOT NULL,
    attempts SMALLINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT uq_deliveries_order_id UNIQUE (order_id),
    CONSTRAINT ck_deliveries_status_known CHECK (status IN ('ready', 'out_for_delivery', 'awaiting_retry', 'delivered', 'undeliverable', 'cancelled')),
    CONSTRAINT ck_deliveries_trip_known_as_a_whole CHECK (num_nonnulls(trip_id, courier_id, stop_no, dispatched_at) IN (0, 4)),
    CONSTRAINT ck_deliveries_trip_agrees_with_status CHECK (CASE status WHEN 'ready' THEN trip_id IS NULL WHEN 'cancelled' THEN true ELSE trip_id IS NOT NULL END),
    CONSTRAINT ck_deliveries_delivered_at_agrees_with_status CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT ck_deliveries_stop_no_positive CHECK (stop_no > 0),
    CONSTRAINT ck_deliveries_attempts_not_negative CHECK (attempts >= 0),
    CONSTRAINT ck_deliveries_distance_km_not_negative CHECK (distance_km >= 0),
    CONSTRAINT ck_deliveries_dispatched_at_after_ready_at CHECK (coalesce(dispatched_at >= ready_at, dispatched_at IS NULL)),
    CONSTRAINT ck_deliveries_delivered_at_after_dispatched_at CHECK (coalesce(delivered_at >= dispatched_at, delivered_at IS NULL)),
    CONSTRAINT fk_deliveries_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id),
    CONSTRAINT fk_deliveries_trip_id FOREIGN KEY(trip_id) REFERENCES trips (trip_id),
    CONSTRAINT fk_deliveries_courier_id FOREIGN KEY(courier_id) REFERENCES couriers (courier_id)
)
 WITH (fillfactor = 70);
CREATE INDEX ix_deliveries_ready_at ON deliveries USING brin (ready_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_deliveries_trip_id ON deliveries (trip_id);
COMMENT ON TABLE deliveries IS 'Parcels, one an order, from the packing desk to the door.';
COMMENT ON COLUMN deliveries.delivery_id IS 'The parcel; the last two digits are the city.';
COMMENT ON COLUMN deliveries.order_id IS 'The order in it.';
COMMENT ON COLUMN deliveries.trip_id IS 'The trip of the latest attempt; null before the first.';
COMMENT ON COLUMN deliveries.courier_id IS 'The courier of that trip.';
COMMENT ON COLUMN deliveries.stop_no IS 'Its place in the round: 1 is the first stop.';
COMMENT ON COLUMN deliveries.status IS 'ready, out_for_delivery, awaiting_retry, delivered, undeliverable or cancelled.';
COMMENT ON COLUMN deliveries.ready_at IS 'When it stood on the dock, waiting for a courier.';
COMMENT ON COLUMN deliveries.promised_at IS 'Delivery promised at checkout, as in orders.';
COMMENT ON COLUMN deliveries.dispatched_at IS 'When it left the warehouse for the first time.';
COMMENT ON COLUMN deliveries.delivered_at IS 'When it was handed over.';
COMMENT ON COLUMN deliveries.distance_km IS 'Way from the warehouse to the address, km.';
COMMENT ON COLUMN deliveries.attempts IS 'Attempts so far.';

CREATE TABLE loyalty_transactions (
    customer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    order_id BIGINT,
    points INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    tier TEXT NOT NULL,
    reason TEXT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_loyalty_transactions PRIMARY KEY (customer_id, seq),
    CONSTRAINT ck_loyalty_transactions_tier_known CHECK (tier IN ('bronze', 'silver', 'gold', 'platinum')),
    CONSTRAINT ck_loyalty_transactions_reason_known CHECK (reason IN ('opening', 'purchase', 'redemption', 'redemption_undone', 'refund')),
    CONSTRAINT ck_loyalty_transactions_balance_not_negative CHECK (balance >= 0),
    CONSTRAINT fk_loyalty_transactions_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id),
    CONSTRAINT fk_loyalty_transactions_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id)
);
CREATE INDEX ix_loyalty_transactions_occurred_at ON loyalty_transactions (occurred_at);
CREATE INDEX ix_loyalty_transactions_order_id ON loyalty_transactions (order_id);
COMMENT ON TABLE loyalty_transactions IS 'Loyalty points earned, spent and taken back, in each customer''s order.';
COMMENT ON COLUMN loyalty_transactions.customer_id IS 'Whose points moved.';
COMMENT ON COLUMN loyalty_transactions.seq IS 'Number of the transaction within the customer: 1, 2, 3 and so on.';
COMMENT ON COLUMN loyalty_transactions.order_id IS 'The order that moved the points; null for the opening.';
COMMENT ON COLUMN loyalty_transactions.points IS 'Points added (positive) or taken (negative).';
COMMENT ON COLUMN loyalty_transactions.balance IS 'Points after this transaction.';
COMMENT ON COLUMN loyalty_transactions.tier IS 'Tier after this transaction.';
COMMENT ON COLUMN loyalty_transactions.reason IS 'opening, purchase, redemption, redemption_undone or refund.';
COMMENT ON COLUMN loyalty_transactions.occurred_at IS 'When the points moved.';

CREATE TABLE order_items (
    order_id BIGINT NOT NULL,
    line_no SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price NUMERIC(12, 2) NOT NULL,
    CONSTRAINT pk_order_items PRIMARY KEY (order_id, line_no),
    CONSTRAINT uq_order_items_order_id_product_id UNIQUE (order_id, product_id),
    CONSTRAINT ck_order_items_quantity_positive CHECK (quantity > 0),
    CONSTRAINT ck_order_items_unit_price_positive CHECK (unit_price > 0),
    CONSTRAINT fk_order_items_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id),
    CONSTRAINT fk_order_items_product_id FOREIGN KEY(product_id) REFERENCES products (product_id)
);
CREATE INDEX ix_order_items_product_id ON order_items (product_id);
COMMENT ON TABLE order_items IS 'The lines of each order.';
COMMENT ON COLUMN order_items.order_id IS 'The order.';
COMMENT ON COLUMN order_items.line_no IS 'Number of the line within the order: 1, 2, 3 and so on.';
COMMENT ON COLUMN order_items.product_id IS 'The product; once an order.';
COMMENT ON COLUMN order_items.quantity IS 'Units.';
COMMENT ON COLUMN order_items.unit_price IS 'Price of one unit when the order was placed.';

CREATE TABLE order_status_changes (
    order_id BIGINT NOT NULL,
    seq SMALLINT NOT NULL,
    status TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_order_status_changes PRIMARY KEY (order_id, seq),
    CONSTRAINT ck_order_status_changes_status_known CHECK (status IN ('placed', 'paid', 'picked', 'packed', 'dispatched', 'delivered', 'cancelled')),
    CONSTRAINT fk_order_status_changes_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id)
);
CREATE INDEX ix_order_status_changes_changed_at ON order_status_changes USING brin (changed_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE order_status_changes IS 'Every status an order has had; the last one is its current status.';
COMMENT ON COLUMN order_status_changes.order_id IS 'The order.';
COMMENT ON COLUMN order_status_changes.seq IS 'Number of the change within the order: 1 (placed), 2, 3 and so on.';
COMMENT ON COLUMN order_status_changes.status IS 'The status from then on.';
COMMENT ON COLUMN order_status_changes.changed_at IS 'When it changed.';

CREATE TABLE payments (
    payment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    method TEXT NOT NULL,
    amount NUMERIC(12, 2) NOT NULL,
    status TEXT NOT NULL,
    decline_reason TEXT,
    attempted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payments PRIMARY KEY (payment_id),
    CONSTRAINT ck_payments_method_known CHECK (method IN ('card', 'bank_transfer', 'voucher', 'debit_card')),
    CONSTRAINT ck_payments_status_known CHECK (status IN ('captured', 'declined', 'refunded')),
    CONSTRAINT ck_payments_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_payments_decline_reason_of_a_decline CHECK ((status = 'declined') = (decline_reason IS NOT NULL)),
    CONSTRAINT fk_payments_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id)
);
CREATE INDEX ix_payments_attempted_at ON payments (attempted_at);
CREATE INDEX ix_payments_order_id ON payments (order_id);
COMMENT ON TABLE payments IS 'Payment attempts, one row each; a refund is a row of its own with status refunded.';
COMMENT ON COLUMN payments.payment_id IS 'The payment attempt or refund; the last two digits are the city.';
COMMENT ON COLUMN payments.order_id IS 'The order paid for.';
COMMENT ON COLUMN payments.method IS 'card, bank_transfer, voucher or debit_card.';
COMMENT ON COLUMN payments.amount IS 'Amount of the attempt or of the refund, always positive.';
COMMENT ON COLUMN payments.status IS 'captured, declined or refunded.';
COMMENT ON COLUMN payments.decline_reason IS 'Why it was declined; null otherwise.';
COMMENT ON COLUMN payments.attempted_at IS 'When it was tried or refunded.';

CREATE TABLE stock_movements (
    movement_id BIGINT NOT NULL,
    warehouse_id SMALLINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    reason TEXT NOT NULL,
    order_id BIGINT,
    replenishment_id BIGINT,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_stock_movements PRIMARY KEY (movement_id),
    CONSTRAINT fk_stock_movements_warehouse_id_product_id FOREIGN KEY(warehouse_id, product_id) REFERENCES inventory (warehouse_id, product_id),
    CONSTRAINT ck_stock_movements_reason_known CHECK (reason IN ('opening', 'replenishment', 'sale', 'return', 'cancellation', 'write_off')),
    CONSTRAINT ck_stock_movements_quantity_not_zero CHECK (quantity <> 0),
    CONSTRAINT ck_stock_movements_only_sales_and_write_offs_take CHECK ((reason IN ('sale', 'write_off')) = (quantity < 0)),
    CONSTRAINT ck_stock_movements_order_of_a_sale_or_a_return CHECK ((reason IN ('sale', 'return', 'cancellation', 'write_off')) = (order_id IS NOT NULL)),
    CONSTRAINT ck_stock_movements_replenishment_of_a_replenishment CHECK ((reason = 'replenishment') = (replenishment_id IS NOT NULL)),
    CONSTRAINT fk_stock_movements_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id),
    CONSTRAINT fk_stock_movements_replenishment_id FOREIGN KEY(replenishment_id) REFERENCES replenishments (replenishment_id)
);
CREATE INDEX ix_stock_movements_occurred_at ON stock_movements USING brin (occurred_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_stock_movements_order_id ON stock_movements (order_id);
CREATE INDEX ix_stock_movements_replenishment_id ON stock_movements (replenishment_id) WHERE replenishment_id IS NOT NULL;
CREATE INDEX ix_stock_movements_warehouse_id_product_id_occurred_at ON stock_movements (warehouse_id, product_id, occurred_at);
COMMENT ON TABLE stock_movements IS 'Every unit that came onto or left a shelf.';
COMMENT ON COLUMN stock_movements.movement_id IS 'The movement; the last two digits are the city.';
COMMENT ON COLUMN stock_movements.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN stock_movements.product_id IS 'The product.';
COMMENT ON COLUMN stock_movements.quantity IS 'Units that came (positive) or left (negative).';
COMMENT ON COLUMN stock_movements.reason IS 'opening, replenishment, sale (picked for an order), return, cancellation (put back after picking), or write_off (came back by a return and cannot be sold again, as all that is damaged).';
COMMENT ON COLUMN stock_movements.order_id IS 'The order picked, returned or cancelled.';
COMMENT ON COLUMN stock_movements.replenishment_id IS 'The replenishment received.';
COMMENT ON COLUMN stock_movements.occurred_at IS 'When the units moved.';

CREATE TABLE survey_answers (
    order_id BIGINT NOT NULL,
    customer_id BIGINT NOT NULL,
    score SMALLINT NOT NULL,
    comment TEXT,
    answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_survey_answers PRIMARY KEY (order_id),
    CONSTRAINT ck_survey_answers_score_range CHECK (score BETWEEN 0 AND 10),
    CONSTRAINT fk_survey_answers_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id),
    CONSTRAINT fk_survey_answers_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
);
CREATE INDEX ix_survey_answers_answered_at ON survey_answers USING brin (answered_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_survey_answers_customer_id ON survey_answers (customer_id);
COMMENT ON TABLE survey_answers IS 'What customers answered when asked by mail, after a delivery, how likely they are to recommend the shop. All are asked; few answer.';
COMMENT ON COLUMN survey_answers.order_id IS 'The order that was delivered.';
COMMENT ON COLUMN survey_answers.customer_id IS 'Who answered: the customer of the order.';
COMMENT ON COLUMN survey_answers.score IS '0 (not at all likely) to 10; 9 and 10 are called promoters, up to 6 detractors.';
COMMENT ON COLUMN survey_answers.comment IS 'Why, in the customer''s words, if anything.';
COMMENT ON COLUMN survey_answers.answered_at IS 'When it was answered.';

CREATE TABLE truth.satisfaction_changes (
    customer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    delta SMALLINT NOT NULL,
    satisfaction SMALLINT NOT NULL,
    order_id BIGINT,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_satisfaction_changes PRIMARY KEY (customer_id, seq),
    CONSTRAINT ck_satisfaction_changes_reason_known CHECK (reason IN ('delivered_early', 'delivered_on_time', 'delivered_late', 'delivered_very_late', 'failed_attempt', 'out_of_stock', 'payment_declined', 'order_cancelled', 'refund', 'good_product', 'bad_product')),
    CONSTRAINT ck_satisfaction_changes_satisfaction_range CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT ck_satisfaction_changes_delta_range CHECK (delta BETWEEN -100 AND 100),
    CONSTRAINT fk_satisfaction_changes_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id),
    CONSTRAINT fk_satisfaction_changes_order_id FOREIGN KEY(order_id) REFERENCES orders (order_id)
);
CREATE INDEX ix_satisfaction_changes_occurred_at ON truth.satisfaction_changes (occurred_at);
CREATE INDEX ix_satisfaction_changes_order_id ON truth.satisfaction_changes (order_id);
COMMENT ON TABLE truth.satisfaction_changes IS 'Experiences that moved a customer''s satisfaction, in each customer''s order.';
COMMENT ON COLUMN truth.satisfaction_changes.customer_id IS 'Whose satisfaction moved.';
COMMENT ON COLUMN truth.satisfaction_changes.seq IS 'Number of the change within the customer: 1, 2, 3 and so on.';
COMMENT ON COLUMN truth.satisfaction_changes.reason IS 'The experience, such as delivered_late, out_of_stock or good_product.';
COMMENT ON COLUMN truth.satisfaction_changes.delta IS 'By how much satisfaction moved, after clipping to 0..100.';
COMMENT ON COLUMN truth.satisfaction_changes.satisfaction IS 'Satisfaction after this change, 0 to 100.';
COMMENT ON COLUMN truth.satisfaction_changes.order_id IS 'The order it was about, if any.';
COMMENT ON COLUMN truth.satisfaction_changes.occurred_at IS 'When it was felt.';

CREATE TABLE delivery_attempts (
    delivery_id BIGINT NOT NULL,
    attempt_no SMALLINT NOT NULL,
    trip_id BIGINT NOT NULL,
    attempted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    CONSTRAINT pk_delivery_attempts PRIMARY KEY (delivery_id, attempt_no),
    CONSTRAINT ck_delivery_attempts_outcome_known CHECK (outcome IN ('delivered', 'nobody_home', 'address_problem', 'refused')),
    CONSTRAINT ck_delivery_attempts_attempt_no_positive CHECK (attempt_no > 0),
    CONSTRAINT fk_delivery_attempts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (delivery_id),
    CONSTRAINT fk_delivery_attempts_trip_id FOREIGN KEY(trip_id) REFERENCES trips (trip_id)
);
CREATE INDEX ix_delivery_attempts_attempted_at ON delivery_attempts USING brin (attempted_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_delivery_attempts_trip_id ON delivery_attempts (trip_id);
COMMENT ON TABLE delivery_attempts IS 'Attempts to hand a parcel over.';
COMMENT ON COLUMN delivery_attempts.delivery_id IS 'The parcel.';
COMMENT ON COLUMN delivery_attempts.attempt_no IS 'Number of the attempt: 1, 2, 3.';
COMMENT ON COLUMN delivery_attempts.trip_id IS 'The trip it was made on.';
COMMENT ON COLUMN delivery_attempts.attempted_at IS 'When the courier was at the door and done there.';
COMMENT ON COLUMN delivery_attempts.outcome IS 'delivered, nobody_home, address_problem or refused.';

CREATE TABLE returns (
    return_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    quantity INTEGER NOT NULL,
    reason TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refunded_at TIMESTAMP WITH TIME ZONE,
    refund_amount NUMERIC(12, 2) NOT NULL,
    CONSTRAINT pk_returns PRIMARY KEY (return_id),
    CONSTRAINT uq_returns_order_id_product_id UNIQUE (order_id, product_id),
    CONSTRAINT fk_returns_order_id_product_id FOREIGN KEY(order_id, product_id) REFERENCES order_items (order_id, product_id),
    CONSTRAINT ck_returns_reason_known CHECK (reason IN ('not_as_described', 'damaged', 'wrong_size', 'changed_mind', 'too_late')),
    CONSTRAINT ck_returns_quantity_positive CHECK (quantity > 0),
    CONSTRAINT ck_returns_refund_amount_not_negative CHECK (refund_amount >= 0),
    CONSTRAINT ck_returns_refunded_at_after_requested_at CHECK (coalesce(refunded_at >= requested_at, refunded_at IS NULL))
)
 WITH (fillfactor = 85);
CREATE INDEX ix_returns_open ON returns (return_id) WHERE refunded_at IS NULL;
CREATE INDEX ix_returns_refunded_at ON returns USING brin (refunded_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_returns_requested_at ON returns USING brin (requested_at) WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE returns IS 'Order lines sent back, wholly or in part.';
COMMENT ON COLUMN returns.return_id IS 'The return; the last two digits are the city.';
COMMENT ON COLUMN returns.order_id IS 'The order.';
COMMENT ON COLUMN returns.product_id IS 'The product sent back.';
COMMENT ON COLUMN returns.quantity IS 'Units sent back, at most those ordered.';
COMMENT ON COLUMN returns.reason IS 'not_as_described, damaged, wrong_size, changed_mind or too_late; what became of the units: stock_movements.';
COMMENT ON COLUMN returns.requested_at IS 'When the customer asked for it.';
COMMENT ON COLUMN returns.refunded_at IS 'When the money was given back; null until then.';
COMMENT ON COLUMN returns.refund_amount IS 'Money given back, or to be given back.';

CREATE TABLE reviews (
    review_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    customer_id BIGINT NOT NULL,
    rating SMALLINT NOT NULL,
    comment TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    answer TEXT,
    CONSTRAINT pk_reviews PRIMARY KEY (review_id),
    CONSTRAINT uq_reviews_order_id_product_id UNIQUE (order_id, product_id),
    CONSTRAINT fk_reviews_order_id_product_id FOREIGN KEY(order_id, product_id) REFERENCES order_items (order_id, product_id),
    CONSTRAINT ck_reviews_rating_range CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT ck_reviews_answered_at_after_created_at CHECK (coalesce(answered_at >= created_at, answered_at IS NULL)),
    CONSTRAINT ck_reviews_an_answer_has_words CHECK ((answered_at IS NULL) = (answer IS NULL)),
    CONSTRAINT fk_reviews_customer_id FOREIGN KEY(customer_id) REFERENCES customers (customer_id)
)
 WITH (fillfactor = 85);
CREATE INDEX ix_reviews_answered_at ON reviews USING brin (answered_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_reviews_created_at ON reviews USING brin (created_at) WITH (autosummarize = on, pages_per_range = 16);
CREATE INDEX ix_reviews_customer_id ON reviews (customer_id);
CREATE INDEX ix_reviews_product_id ON reviews (product_id);
COMMENT ON TABLE reviews IS 'Customers'' reviews of what they were sent.';
COMMENT ON COLUMN reviews.review_id IS 'The review; the last two digits are the city.';
COMMENT ON COLUMN reviews.order_id IS 'The order reviewed.';
COMMENT ON COLUMN reviews.product_id IS 'The product reviewed.';
COMMENT ON COLUMN reviews.customer_id IS 'Who wrote it: the customer of the order.';
COMMENT ON COLUMN reviews.rating IS 'Stars, 1 (bad) to 5 (good).';
COMMENT ON COLUMN reviews.comment IS 'Text of the review, if any.';
COMMENT ON COLUMN reviews.created_at IS 'When it was written.';
COMMENT ON COLUMN reviews.answered_at IS 'When the shop answered it, within some days; null where it has not.';
COMMENT ON COLUMN reviews.answer IS 'What the shop answered.';

INSERT INTO sim.alembic_version (version_num) VALUES ('0015');

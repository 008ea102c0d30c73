CREATE SEQUENCE ecrm_interaction_position START WITH 0 MINVALUE 0;

CREATE TABLE ecrm_customer (
	shop VARCHAR COLLATE "C" NOT NULL, 
	id UUID NOT NULL, 
	name TEXT, 
	birthday DATE, 
	language TEXT, 
	attributes JSONB NOT NULL, 
	tags JSONB NOT NULL, 
	CONSTRAINT ecrm_customer_pk PRIMARY KEY (shop, id)
);

CREATE TABLE ecrm_trait (
	shop VARCHAR COLLATE "C" NOT NULL, 
	profile_id UUID NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	key VARCHAR COLLATE "C" NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	value JSONB, 
	is_trusted BOOLEAN NOT NULL, 
	source TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	CONSTRAINT ecrm_trait_pk PRIMARY KEY (shop, profile_id, name, key)
);

CREATE TABLE ecrm_customer_word (
	shop VARCHAR COLLATE "C" NOT NULL, 
	word VARCHAR COLLATE "C" NOT NULL, 
	customer_id UUID NOT NULL, 
	CONSTRAINT ecrm_customer_word_pk PRIMARY KEY (shop, word, customer_id)
);

CREATE INDEX ecrm_customer_word_customer_ix ON ecrm_customer_word (shop, customer_id);

CREATE TABLE ecrm_attribute (
	shop VARCHAR COLLATE "C" NOT NULL, 
	name VARCHAR COLLATE "C" NOT NULL, 
	type TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	about TEXT NOT NULL, 
	CONSTRAINT ecrm_attribute_pk PRIMARY KEY (shop, name)
);

CREATE TABLE ecrm_profile (
	shop VARCHAR COLLATE "C" NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	value VARCHAR COLLATE "C" NOT NULL, 
	id UUID NOT NULL, 
	customer_id UUID NOT NULL, 
	is_junk BOOLEAN NOT NULL, 
	is_proven BOOLEAN NOT NULL, 
	first_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT ecrm_profile_pk PRIMARY KEY (shop, kind, value)
);

CREATE UNIQUE INDEX ecrm_profile_id_uq ON ecrm_profile (shop, id);

CREATE INDEX ecrm_profile_customer_ix ON ecrm_profile (shop, customer_id);

CREATE TABLE ecrm_edge (
	shop VARCHAR COLLATE "C" NOT NULL, 
	a UUID NOT NULL, 
	b UUID NOT NULL, 
	first_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	is_proven BOOLEAN NOT NULL, 
	refused TEXT, 
	CONSTRAINT ecrm_edge_pk PRIMARY KEY (shop, a, b)
);

CREATE INDEX ecrm_edge_b_ix ON ecrm_edge (shop, b);

CREATE TABLE ecrm_merge (
	shop VARCHAR COLLATE "C" NOT NULL, 
	id UUID NOT NULL, 
	keep UUID NOT NULL, 
	absorb UUID NOT NULL, 
	keep_profile UUID NOT NULL, 
	absorb_profile UUID NOT NULL, 
	is_rule BOOLEAN NOT NULL, 
	because TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	moved JSONB NOT NULL, 
	undone_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT ecrm_merge_pk PRIMARY KEY (shop, id)
);

CREATE INDEX ecrm_merge_keep_ix ON ecrm_merge (shop, keep_profile);

CREATE INDEX ecrm_merge_absorb_ix ON ecrm_merge (shop, absorb_profile);

CREATE TABLE ecrm_never_merge (
	shop VARCHAR COLLATE "C" NOT NULL, 
	a UUID NOT NULL, 
	b UUID NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	CONSTRAINT ecrm_never_merge_pk PRIMARY KEY (shop, a, b)
);

CREATE INDEX ecrm_never_merge_b_ix ON ecrm_never_merge (shop, b);

CREATE TABLE ecrm_fact (
	shop VARCHAR COLLATE "C" NOT NULL, 
	customer_id UUID NOT NULL, 
	interactions_count BIGINT DEFAULT '0' NOT NULL, 
	interactions_first_at TIMESTAMP WITH TIME ZONE, 
	interactions_last_at TIMESTAMP WITH TIME ZONE, 
	channels_web_last_at TIMESTAMP WITH TIME ZONE, 
	channels_app_last_at TIMESTAMP WITH TIME ZONE, 
	channels_store_last_at TIMESTAMP WITH TIME ZONE, 
	channels_phone_last_at TIMESTAMP WITH TIME ZONE, 
	channels_email_last_at TIMESTAMP WITH TIME ZONE, 
	channels_sms_last_at TIMESTAMP WITH TIME ZONE, 
	channels_whatsapp_last_at TIMESTAMP WITH TIME ZONE, 
	channels_chat_last_at TIMESTAMP WITH TIME ZONE, 
	channels_social_last_at TIMESTAMP WITH TIME ZONE, 
	channels_marketplace_last_at TIMESTAMP WITH TIME ZONE, 
	products_viewed_count BIGINT DEFAULT '0' NOT NULL, 
	products_last_viewed_at TIMESTAMP WITH TIME ZONE, 
	products_searched_count BIGINT DEFAULT '0' NOT NULL, 
	carts_added_count BIGINT DEFAULT '0' NOT NULL, 
	carts_last_added_at TIMESTAMP WITH TIME ZONE, 
	checkouts_started_count BIGINT DEFAULT '0' NOT NULL, 
	checkouts_last_started_at TIMESTAMP WITH TIME ZONE, 
	coupons_applied_count BIGINT DEFAULT '0' NOT NULL, 
	wishlists_added_count BIGINT DEFAULT '0' NOT NULL, 
	reviews_count BIGINT DEFAULT '0' NOT NULL, 
	reviews_last_rating FLOAT, 
	reviews_last_rating_at TIMESTAMP WITH TIME ZONE, 
	reviews_last_rating_key VARCHAR COLLATE "C", 
	emails_opened_count BIGINT DEFAULT '0' NOT NULL, 
	emails_clicked_count BIGINT DEFAULT '0' NOT NULL, 
	emails_last_clicked_at TIMESTAMP WITH TIME ZONE, 
	messages_received_count BIGINT DEFAULT '0' NOT NULL, 
	chats_count BIGINT DEFAULT '0' NOT NULL, 
	calls_count BIGINT DEFAULT '0' NOT NULL, 
	calls_last_at TIMESTAMP WITH TIME ZONE, 
	visits_count BIGINT DEFAULT '0' NOT NULL, 
	visits_last_at TIMESTAMP WITH TIME ZONE, 
	mentions_count BIGINT DEFAULT '0' NOT NULL, 
	cases_opened_count BIGINT DEFAULT '0' NOT NULL, 
	returns_requested_count BIGINT DEFAULT '0' NOT NULL, 
	payments_failed_count BIGINT DEFAULT '0' NOT NULL, 
	sign_ins_count BIGINT DEFAULT '0' NOT NULL, 
	sign_ins_last_at TIMESTAMP WITH TIME ZONE, 
	orders_count BIGINT DEFAULT '0' NOT NULL, 
	orders_cancelled_count BIGINT DEFAULT '0' NOT NULL, 
	orders_refunded_count BIGINT DEFAULT '0' NOT NULL, 
	orders_items BIGINT DEFAULT '0' NOT NULL, 
	orders_days BIGINT DEFAULT '0' NOT NULL, 
	orders_first_at TIMESTAMP WITH TIME ZONE, 
	orders_last_at TIMESTAMP WITH TIME ZONE, 
	CONSTRAINT ecrm_fact_pk PRIMARY KEY (shop, customer_id)
);

CREATE TABLE ecrm_purchase_day (
	shop VARCHAR COLLATE "C" NOT NULL, 
	customer_id UUID NOT NULL, 
	day DATE NOT NULL, 
	orders BIGINT NOT NULL, 
	CONSTRAINT ecrm_purchase_day_pk PRIMARY KEY (shop, customer_id, day)
);

CREATE TABLE ecrm_revenue (
	shop VARCHAR COLLATE "C" NOT NULL, 
	customer_id UUID NOT NULL, 
	currency VARCHAR COLLATE "C" NOT NULL, 
	spent_minor BIGINT NOT NULL, 
	revenue_minor BIGINT NOT NULL, 
	CONSTRAINT ecrm_revenue_pk PRIMARY KEY (shop, customer_id, currency)
);

CREATE TABLE ecrm_interaction (
	position BIGINT NOT NULL, 
	shop VARCHAR COLLATE "C" NOT NULL, 
	id UUID NOT NULL, 
	profile_id UUID NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	kind VARCHAR COLLATE "C" NOT NULL, 
	channel VARCHAR COLLATE "C", 
	is_live BOOLEAN NOT NULL, 
	source VARCHAR COLLATE "C" NOT NULL, 
	source_id VARCHAR COLLATE "C" NOT NULL, 
	body JSONB NOT NULL, 
	context JSONB, 
	CONSTRAINT ecrm_interaction_pk PRIMARY KEY (position)
);

CREATE INDEX ecrm_interaction_profile_ix ON ecrm_interaction (shop, profile_id, at, id);

CREATE UNIQUE INDEX ecrm_interaction_source_uq ON ecrm_interaction (shop, source, source_id);

CREATE UNIQUE INDEX ecrm_interaction_id_uq ON ecrm_interaction (shop, id);

CREATE TABLE ecrm_void (
	shop VARCHAR COLLATE "C" NOT NULL, 
	profile_id UUID NOT NULL, 
	interaction_id UUID NOT NULL, 
	voided_by UUID NOT NULL, 
	CONSTRAINT ecrm_void_pk PRIMARY KEY (shop, profile_id, interaction_id)
);

CREATE TABLE ecrm_order (
	shop VARCHAR COLLATE "C" NOT NULL, 
	source VARCHAR COLLATE "C" NOT NULL, 
	order_id VARCHAR COLLATE "C" NOT NULL, 
	profile_id UUID NOT NULL, 
	owned_since TIMESTAMP WITH TIME ZONE NOT NULL, 
	currency TEXT, 
	total_minor BIGINT NOT NULL, 
	revenue_minor BIGINT NOT NULL, 
	items BIGINT NOT NULL, 
	placed_at TIMESTAMP WITH TIME ZONE, 
	cancelled_at TIMESTAMP WITH TIME ZONE, 
	updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	status TEXT NOT NULL, 
	refunded JSONB NOT NULL, 
	events JSONB NOT NULL, 
	CONSTRAINT ecrm_order_pk PRIMARY KEY (shop, source, order_id)
);

CREATE INDEX ecrm_order_profile_ix ON ecrm_order (shop, profile_id);

CREATE TABLE ecrm_shop (
	shop VARCHAR COLLATE "C" NOT NULL, 
	settings JSONB NOT NULL, 
	CONSTRAINT ecrm_shop_pk PRIMARY KEY (shop)
);

CREATE TABLE ecrm_inbox (
	id BIGINT GENERATED BY DEFAULT AS IDENTITY, 
	shop VARCHAR COLLATE "C" NOT NULL, 
	source VARCHAR COLLATE "C" NOT NULL, 
	delivery_id VARCHAR COLLATE "C", 
	state VARCHAR COLLATE "C" DEFAULT 'waiting' NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	settled_at TIMESTAMP WITH TIME ZONE, 
	raw BYTEA NOT NULL, 
	reasons JSONB, 
	CONSTRAINT ecrm_inbox_pk PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ecrm_inbox_delivery_uq ON ecrm_inbox (shop, source, delivery_id) WHERE delivery_id IS NOT NULL;

CREATE INDEX ecrm_inbox_waiting_ix ON ecrm_inbox (id) WHERE state = 'waiting';

CREATE TABLE ecrm_cursor (
	name VARCHAR COLLATE "C" NOT NULL, 
	position BIGINT NOT NULL, 
	CONSTRAINT ecrm_cursor_pk PRIMARY KEY (name)
);

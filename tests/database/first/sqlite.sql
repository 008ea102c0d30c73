CREATE TABLE ecrm_customer (
	shop TEXT NOT NULL, 
	id BLOB NOT NULL, 
	name TEXT, 
	birthday TEXT, 
	language TEXT, 
	attributes TEXT NOT NULL, 
	tags TEXT NOT NULL, 
	CONSTRAINT ecrm_customer_pk PRIMARY KEY (shop, id)
);

CREATE TABLE ecrm_trait (
	shop TEXT NOT NULL, 
	profile_id BLOB NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	value TEXT, 
	is_trusted BOOLEAN NOT NULL, 
	source TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	CONSTRAINT ecrm_trait_pk PRIMARY KEY (shop, profile_id, name, "key")
);

CREATE TABLE ecrm_customer_word (
	shop TEXT NOT NULL, 
	word TEXT NOT NULL, 
	customer_id BLOB NOT NULL, 
	CONSTRAINT ecrm_customer_word_pk PRIMARY KEY (shop, word, customer_id)
);

CREATE INDEX ecrm_customer_word_customer_ix ON ecrm_customer_word (shop, customer_id);

CREATE TABLE ecrm_attribute (
	shop TEXT NOT NULL, 
	name TEXT NOT NULL, 
	type TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	about TEXT NOT NULL, 
	CONSTRAINT ecrm_attribute_pk PRIMARY KEY (shop, name)
);

CREATE TABLE ecrm_profile (
	shop TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	id BLOB NOT NULL, 
	customer_id BLOB NOT NULL, 
	is_junk BOOLEAN NOT NULL, 
	is_proven BOOLEAN NOT NULL, 
	first_at BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	CONSTRAINT ecrm_profile_pk PRIMARY KEY (shop, kind, value)
);

CREATE UNIQUE INDEX ecrm_profile_id_uq ON ecrm_profile (shop, id);

CREATE INDEX ecrm_profile_customer_ix ON ecrm_profile (shop, customer_id);

CREATE TABLE ecrm_edge (
	shop TEXT NOT NULL, 
	a BLOB NOT NULL, 
	b BLOB NOT NULL, 
	first_at BIGINT NOT NULL, 
	is_proven BOOLEAN NOT NULL, 
	refused TEXT, 
	CONSTRAINT ecrm_edge_pk PRIMARY KEY (shop, a, b)
);

CREATE INDEX ecrm_edge_b_ix ON ecrm_edge (shop, b);

CREATE TABLE ecrm_merge (
	shop TEXT NOT NULL, 
	id BLOB NOT NULL, 
	keep BLOB NOT NULL, 
	absorb BLOB NOT NULL, 
	keep_profile BLOB NOT NULL, 
	absorb_profile BLOB NOT NULL, 
	is_rule BOOLEAN NOT NULL, 
	because TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	moved TEXT NOT NULL, 
	undone_at BIGINT, 
	CONSTRAINT ecrm_merge_pk PRIMARY KEY (shop, id)
);

CREATE INDEX ecrm_merge_keep_ix ON ecrm_merge (shop, keep_profile);

CREATE INDEX ecrm_merge_absorb_ix ON ecrm_merge (shop, absorb_profile);

CREATE TABLE ecrm_never_merge (
	shop TEXT NOT NULL, 
	a BLOB NOT NULL, 
	b BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT ecrm_never_merge_pk PRIMARY KEY (shop, a, b)
);

CREATE INDEX ecrm_never_merge_b_ix ON ecrm_never_merge (shop, b);

CREATE TABLE ecrm_fact (
	shop TEXT NOT NULL, 
	customer_id BLOB NOT NULL, 
	interactions_count BIGINT DEFAULT '0' NOT NULL, 
	interactions_first_at BIGINT, 
	interactions_last_at BIGINT, 
	channels_web_last_at BIGINT, 
	channels_app_last_at BIGINT, 
	channels_store_last_at BIGINT, 
	channels_phone_last_at BIGINT, 
	channels_email_last_at BIGINT, 
	channels_sms_last_at BIGINT, 
	channels_whatsapp_last_at BIGINT, 
	channels_chat_last_at BIGINT, 
	channels_social_last_at BIGINT, 
	channels_marketplace_last_at BIGINT, 
	products_viewed_count BIGINT DEFAULT '0' NOT NULL, 
	products_last_viewed_at BIGINT, 
	products_searched_count BIGINT DEFAULT '0' NOT NULL, 
	carts_added_count BIGINT DEFAULT '0' NOT NULL, 
	carts_last_added_at BIGINT, 
	checkouts_started_count BIGINT DEFAULT '0' NOT NULL, 
	checkouts_last_started_at BIGINT, 
	coupons_applied_count BIGINT DEFAULT '0' NOT NULL, 
	wishlists_added_count BIGINT DEFAULT '0' NOT NULL, 
	reviews_count BIGINT DEFAULT '0' NOT NULL, 
	reviews_last_rating FLOAT, 
	reviews_last_rating_at BIGINT, 
	reviews_last_rating_key TEXT, 
	emails_opened_count BIGINT DEFAULT '0' NOT NULL, 
	emails_clicked_count BIGINT DEFAULT '0' NOT NULL, 
	emails_last_clicked_at BIGINT, 
	messages_received_count BIGINT DEFAULT '0' NOT NULL, 
	chats_count BIGINT DEFAULT '0' NOT NULL, 
	calls_count BIGINT DEFAULT '0' NOT NULL, 
	calls_last_at BIGINT, 
	visits_count BIGINT DEFAULT '0' NOT NULL, 
	visits_last_at BIGINT, 
	mentions_count BIGINT DEFAULT '0' NOT NULL, 
	cases_opened_count BIGINT DEFAULT '0' NOT NULL, 
	returns_requested_count BIGINT DEFAULT '0' NOT NULL, 
	payments_failed_count BIGINT DEFAULT '0' NOT NULL, 
	sign_ins_count BIGINT DEFAULT '0' NOT NULL, 
	sign_ins_last_at BIGINT, 
	orders_count BIGINT DEFAULT '0' NOT NULL, 
	orders_cancelled_count BIGINT DEFAULT '0' NOT NULL, 
	orders_refunded_count BIGINT DEFAULT '0' NOT NULL, 
	orders_items BIGINT DEFAULT '0' NOT NULL, 
	orders_days BIGINT DEFAULT '0' NOT NULL, 
	orders_first_at BIGINT, 
	orders_last_at BIGINT, 
	CONSTRAINT ecrm_fact_pk PRIMARY KEY (shop, customer_id)
);

CREATE TABLE ecrm_purchase_day (
	shop TEXT NOT NULL, 
	customer_id BLOB NOT NULL, 
	day TEXT NOT NULL, 
	orders BIGINT NOT NULL, 
	CONSTRAINT ecrm_purchase_day_pk PRIMARY KEY (shop, customer_id, day)
);

CREATE TABLE ecrm_revenue (
	shop TEXT NOT NULL, 
	customer_id BLOB NOT NULL, 
	currency TEXT NOT NULL, 
	spent_minor BIGINT NOT NULL, 
	revenue_minor BIGINT NOT NULL, 
	CONSTRAINT ecrm_revenue_pk PRIMARY KEY (shop, customer_id, currency)
);

CREATE TABLE ecrm_interaction (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	shop TEXT NOT NULL, 
	id BLOB NOT NULL, 
	profile_id BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	recorded_at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	channel TEXT, 
	is_live BOOLEAN NOT NULL, 
	source TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	body TEXT NOT NULL, 
	context TEXT
);

CREATE INDEX ecrm_interaction_profile_ix ON ecrm_interaction (shop, profile_id, at, id);

CREATE UNIQUE INDEX ecrm_interaction_source_uq ON ecrm_interaction (shop, source, source_id);

CREATE UNIQUE INDEX ecrm_interaction_id_uq ON ecrm_interaction (shop, id);

CREATE TABLE ecrm_void (
	shop TEXT NOT NULL, 
	profile_id BLOB NOT NULL, 
	interaction_id BLOB NOT NULL, 
	voided_by BLOB NOT NULL, 
	CONSTRAINT ecrm_void_pk PRIMARY KEY (shop, profile_id, interaction_id)
);

CREATE TABLE ecrm_order (
	shop TEXT NOT NULL, 
	source TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	profile_id BLOB NOT NULL, 
	owned_since BIGINT NOT NULL, 
	currency TEXT, 
	total_minor BIGINT NOT NULL, 
	revenue_minor BIGINT NOT NULL, 
	items BIGINT NOT NULL, 
	placed_at BIGINT, 
	cancelled_at BIGINT, 
	updated_at BIGINT NOT NULL, 
	status TEXT NOT NULL, 
	refunded TEXT NOT NULL, 
	events TEXT NOT NULL, 
	CONSTRAINT ecrm_order_pk PRIMARY KEY (shop, source, order_id)
);

CREATE INDEX ecrm_order_profile_ix ON ecrm_order (shop, profile_id);

CREATE TABLE ecrm_shop (
	shop TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	CONSTRAINT ecrm_shop_pk PRIMARY KEY (shop)
);

CREATE TABLE ecrm_inbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	shop TEXT NOT NULL, 
	source TEXT NOT NULL, 
	delivery_id TEXT, 
	state TEXT DEFAULT 'waiting' NOT NULL, 
	received_at BIGINT NOT NULL, 
	settled_at BIGINT, 
	raw BLOB NOT NULL, 
	reasons TEXT
);

CREATE UNIQUE INDEX ecrm_inbox_delivery_uq ON ecrm_inbox (shop, source, delivery_id) WHERE delivery_id IS NOT NULL;

CREATE INDEX ecrm_inbox_waiting_ix ON ecrm_inbox (id) WHERE state = 'waiting';

CREATE TABLE ecrm_cursor (
	name TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	CONSTRAINT ecrm_cursor_pk PRIMARY KEY (name)
);

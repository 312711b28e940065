"""Ways to break the small world: what is broken -> the SQL that breaks it and all the checks that must say so."""

from __future__ import annotations

BREAKAGES: dict[str, tuple[str, set[str]]] = {
    "a review from the future": (
        "UPDATE reviews SET created_at = '2026-01-06T20:01Z'",
        {"nothing_after_sim_now"},
    ),
    "a replenishment ordered in the future": (
        "UPDATE replenishments SET ordered_at = '2026-01-06T20:01Z' WHERE replenishment_id = 102",
        {"nothing_after_sim_now"},
    ),
    "a session open for two days": (
        "UPDATE sim.runs SET sim_now = '2026-01-08T19:59Z' WHERE run_id = 2",
        {"nothing_stuck"},
    ),
    "a chapter with another seed": (
        "UPDATE sim.runs SET seed = 2 WHERE run_id = 2",
        {"chapters_follow_one_another"},
    ),
    "a chapter that begins before the last one's end": (
        "UPDATE sim.runs SET began_at = '2026-01-05T11:59Z' WHERE run_id = 2",
        {"chapters_follow_one_another"},
    ),
    "a first chapter that begins after the epoch": (
        "UPDATE sim.runs SET began_at = '2026-01-05T00:01Z' WHERE run_id = 1",
        {"chapters_follow_one_another"},
    ),
    "a chapter left out": (
        "UPDATE sim.runs SET run_id = 3 WHERE run_id = 2",
        {"chapters_follow_one_another"},
    ),
    "an id of another city": (
        "UPDATE reviews SET review_id = 102",
        {"ids_name_their_city"},
    ),
    "a warehouse id of another city": (
        "INSERT INTO warehouses VALUES (31, 2, 'New York 3', 40, -74)",
        {"ids_name_their_city"},
    ),
    "a visitor who lives elsewhere": (
        "UPDATE sessions SET customer_id = 101 WHERE session_id = 302",
        {"nothing_crosses_cities", "devices_are_those_of_visits"},
    ),
    "a visit counted twice": (
        "UPDATE sim.session_quarters SET browsed = browsed + 1 WHERE browsed > 0",
        {"quarters_count_every_row"},
    ),
    "product views that nobody counted": (
        "DELETE FROM sim.view_quarters",
        {"quarters_count_every_row"},
    ),
    "a gap in a session's events": (
        "UPDATE session_events SET seq = 4 WHERE session_id = 302 AND seq = 2",
        {"session_events_in_sequence"},
    ),
    "a session's events going back in time": (
        "UPDATE session_events SET occurred_at = '2026-01-05T08:00:30Z' WHERE session_id = 101 AND seq = 3",
        {"session_events_in_sequence"},
    ),
    "an event after the session's end": (
        "UPDATE session_events SET occurred_at = '2026-01-06T02:36Z' WHERE session_id = 302 AND seq = 2",
        {"session_events_in_sequence"},
    ),
    "a first event that is no visit": (
        "UPDATE session_events SET event_type = 'product_view' WHERE session_id = 302 AND seq = 1",
        {"session_events_in_sequence"},
    ),
    "a checkout without a cart": (
        "UPDATE session_events SET event_type = 'checkout' WHERE session_id = 202 AND seq = 2",
        {"session_outcome_agrees_with_events"},
    ),
    "a session without events": (
        "DELETE FROM session_events WHERE session_id = 202",
        {"every_session_begins_with_a_visit"},
    ),
    "a session called bounced that looked at a product": (
        "UPDATE sessions SET outcome = 'bounced' WHERE session_id = 302",
        {"session_outcome_agrees_with_events"},
    ),
    "a session called ordered without a paid order": (
        "UPDATE sessions SET outcome = 'ordered' WHERE session_id = 201",
        {"session_outcome_agrees_with_events", "a_loss_has_one_reason"},
    ),
    "a paid order in a session called cart_abandoned": (
        "UPDATE sessions SET outcome = 'cart_abandoned' WHERE session_id = 101",
        {"session_outcome_agrees_with_events", "a_loss_has_one_reason"},
    ),
    "a cart closed after its session": (
        "UPDATE carts SET closed_at = '2026-01-06T09:11Z' WHERE cart_id = 301",
        {"carts_belong_to_their_session"},
    ),
    "a cart left open by its session": (
        "UPDATE carts SET status = 'open', closed_at = NULL WHERE cart_id = 201",
        {"carts_belong_to_their_session", "nothing_stuck"},
    ),
    "a visit without a cookie": (
        "UPDATE sessions SET visitor_id = NULL WHERE session_id = 202",
        {"every_visit_has_its_visitor"},
    ),
    "a cookie of another city": (
        "UPDATE sessions SET visitor_id = 201 WHERE session_id = 202",
        {"a_visitor_is_one_person"},
    ),
    "a cookie on two devices": (
        "UPDATE sessions SET visitor_id = 302 WHERE session_id = 202",
        {"a_visitor_is_one_person"},
    ),
    "a cookie of two customers": (
        "UPDATE sessions SET visitor_id = 101 WHERE session_id = 301",
        {"a_visitor_is_one_person"},
    ),
    "a cookie in two sessions at once": (
        "UPDATE sessions SET ended_at = '2026-01-06T10:00:30Z' WHERE session_id = 301",
        {"a_visitor_is_one_person"},
    ),
    "a visitor known before the sign-in": (
        "UPDATE sessions SET identified_at = '2026-01-06T02:30Z' WHERE session_id = 302",
        {"who_is_known_has_signed_in", "devices_are_those_of_visits"},
    ),
    "a visitor known without any sign-in": (
        "UPDATE sessions SET customer_id = 102, identified_at = '2026-01-06T19:59Z' WHERE session_id = 202",
        {"who_is_known_has_signed_in"},
    ),
    "a sign-in of nobody": (
        "INSERT INTO session_events VALUES (202, 3, 'sign_in', NULL, NULL, '2026-01-06T19:59Z')",
        {"who_is_known_has_signed_in"},
    ),
    "somebody signed in on a cookie of which nobody heard": (
        "UPDATE customers SET registered_at = '2026-01-05T07:00Z' WHERE customer_id = 101",
        {"who_is_known_has_signed_in", "accounts_come_as_they_say"},
    ),
    "a device that no visit was with": (
        "UPDATE customer_devices SET device = 'tablet' WHERE customer_id = 202",
        {"devices_are_those_of_visits"},
    ),
    "a guest's account that says it signed up": (
        "UPDATE customers SET registered_by = 'sign_up' WHERE customer_id = 201",
        {"accounts_come_as_they_say"},
    ),
    "an account made at the checkout of no order": (
        "UPDATE customers SET registered_at = '2026-01-05T08:57Z' WHERE customer_id = 201",
        {"accounts_come_as_they_say"},
    ),
    "a restored cart of somebody else": (
        "UPDATE carts SET restored_from_cart_id = 201 WHERE cart_id = 401",
        {"carts_belong_to_their_session"},
    ),
    "a cart without items": (
        "DELETE FROM cart_items WHERE cart_id = 301",
        {"cart_items_within_their_cart"},
    ),
    "an item removed before it was added": (
        "UPDATE cart_items SET removed_at = '2026-01-06T09:04Z' WHERE cart_id = 301 AND product_id = 1",
        {"cart_items_within_their_cart"},
    ),
    "a cart with a paid order called abandoned": (
        "UPDATE carts SET status = 'abandoned' WHERE cart_id = 102",
        {"cart_status_agrees_with_orders"},
    ),
    "a cart without a paid order called ordered": (
        "UPDATE carts SET status = 'ordered', abandon_reason = NULL WHERE cart_id = 201",
        {"cart_status_agrees_with_orders", "carts_are_left_as_their_visits"},
    ),
    "an order of somebody else's session": (
        "UPDATE sessions SET customer_id = NULL, identified_at = NULL WHERE session_id = 101",
        {"order_agrees_with_session", "who_is_known_has_signed_in"},
    ),
    "an order to somebody else's address": (
        "UPDATE orders SET address_id = 201 WHERE order_id = 101",
        {"order_goes_to_its_customer"},
    ),
    "an order of a customer not registered yet": (
        "UPDATE customers SET registered_at = '2026-01-05T08:59Z' WHERE customer_id = 201",
        {"order_goes_to_its_customer", "accounts_come_as_they_say"},
    ),
    "picking that began before the payment": (
        "UPDATE orders SET pick_started_at = '2026-01-05T08:09Z' WHERE order_id = 101",
        {"milestones_in_order"},
    ),
    "a milestone skipped": (
        "UPDATE orders SET pack_started_at = NULL WHERE order_id = 101",
        {"milestones_in_order"},
    ),
    "a promise before the order": (
        "UPDATE orders SET promised_at = placed_at WHERE order_id = 102",
        {"milestones_in_order"},
    ),
    "a subtotal a cent off": (
        "UPDATE orders SET subtotal = subtotal + 0.01, discount = discount + 0.01 WHERE order_id = 101",
        {"order_totals_add_up", "returns_refund_the_units_sent_back"},
    ),
    "an order line numbered 3 of 2": (
        "UPDATE order_items SET line_no = 3 WHERE order_id = 101 AND line_no = 2",
        {"order_lines_numbered"},
    ),
    "an item ordered that had left the cart": (
        "UPDATE cart_items SET removed_at = '2026-01-06T10:07Z' WHERE cart_id = 401",
        {"order_items_come_from_the_cart"},
    ),
    "more ordered than lay in the cart": (
        "UPDATE cart_items SET quantity = 1 WHERE cart_id = 401",
        {"order_items_come_from_the_cart"},
    ),
    "yesterday's price": (
        "UPDATE product_prices SET valid_from = '2026-01-06T10:09Z' WHERE product_id = 3 AND reason = 'promotion'",
        {"prices_are_those_of_the_time"},
    ),
    "a product without a price": (
        "INSERT INTO products VALUES (4, 1, 'Ghost', 1, 1, 1)",
        {"every_product_has_a_price", "traits_of_all_products_or_none"},
    ),
    "a product with a price from a second too late on": (
        "UPDATE product_prices SET valid_from = '2026-01-05T00:00:01Z' WHERE product_id = 2",
        {"every_product_has_a_price"},
    ),
    "a product that opens on promotion": (
        "UPDATE product_prices SET reason = 'promotion' WHERE product_id = 2",
        {"every_product_has_a_price"},
    ),
    "a product that opens twice": (
        "UPDATE product_prices SET reason = 'opening' WHERE product_id = 3",
        {"every_product_has_a_price"},
    ),
    "an order status that isn't the last change": (
        "UPDATE orders SET status = 'packed' WHERE order_id = 401",
        {"order_status_is_the_last_change"},
    ),
    "a gap in the status changes": (
        "UPDATE order_status_changes SET seq = 7 WHERE order_id = 101 AND seq = 6",
        {"order_status_is_the_last_change"},
    ),
    "a status change at another time than its milestone": (
        "UPDATE order_status_changes SET changed_at = '2026-01-05T09:11Z' WHERE order_id = 101 AND seq = 3",
        {"status_changes_agree_with_milestones"},
    ),
    "a milestone without its status change": (
        "DELETE FROM order_status_changes WHERE order_id = 101 AND seq = 6",
        {"status_changes_agree_with_milestones", "order_status_is_the_last_change"},
    ),
    "an order cancelled for want of payment after paying": (
        "UPDATE orders SET cancel_reason = 'payment_failed' WHERE order_id = 102",
        {"cancelled_for_a_reason"},
    ),
    "a paid order without a captured payment": (
        "DELETE FROM payments WHERE payment_id = 401",
        {"paid_orders_captured_once"},
    ),
    "an unpaid order with a captured payment": (
        "UPDATE payments SET status = 'captured', decline_reason = NULL WHERE payment_id = 201",
        {"paid_orders_captured_once"},
    ),
    "a captured amount a cent off": (
        "UPDATE payments SET amount = 11.01 WHERE payment_id = 401",
        {"paid_orders_captured_once", "payments_within_their_order"},
    ),
    "an attempt declined after the capture": (
        "UPDATE payments SET attempted_at = '2026-01-06T10:11Z' WHERE payment_id = 301",
        {"payments_within_their_order"},
    ),
    "more refunded than captured": (
        "UPDATE payments SET amount = 41.01 WHERE payment_id = 501",
        {"refunds_within_the_captured", "refunds_have_their_reason"},
    ),
    "a refund that differs from the return": (
        "UPDATE payments SET amount = 18.99 WHERE payment_id = 501",
        {"refunds_have_their_reason"},
    ),
    "a cancelled order refunded in part": (
        "UPDATE payments SET amount = 42.99 WHERE payment_id = 202",
        {"refunds_have_their_reason"},
    ),
    "a unit more on hand than came": (
        "UPDATE inventory SET on_hand = on_hand + 1 WHERE product_id = 3",
        {"stock_is_the_sum_of_its_movements"},
    ),
    "movements of a shelf that isn't there": (
        "DELETE FROM inventory WHERE warehouse_id = 11 AND product_id = 2",
        {"stock_is_the_sum_of_its_movements"},
    ),
    "stock below nothing for a while": (
        "UPDATE stock_movements SET occurred_at = '2026-01-05T10:00Z' WHERE movement_id = 301",
        {"stock_was_never_negative"},
    ),
    "a reservation that nobody holds": (
        "UPDATE inventory SET reserved = 1 WHERE product_id = 3",
        {"reserved_is_what_open_orders_hold"},
    ),
    "a sale of another quantity than was picked": (
        """
        UPDATE stock_movements SET quantity = -3 WHERE movement_id = 501;
        UPDATE inventory SET on_hand = on_hand + 1 WHERE product_id = 3
        """,
        {"sales_are_the_picked_orders"},
    ),
    "a sale for an order that wasn't picked": (
        """
        INSERT INTO stock_movements VALUES (802, 21, 1, -1, 'sale', 102, NULL, '2026-01-06T02:30Z');
        UPDATE inventory SET on_hand = on_hand - 1 WHERE warehouse_id = 21
        """,
        {"sales_are_the_picked_orders"},
    ),
    "more units back than were returned": (
        """
        UPDATE stock_movements SET quantity = 2 WHERE movement_id = 801;
        UPDATE inventory SET on_hand = on_hand + 1 WHERE warehouse_id = 11 AND product_id = 1
        """,
        {"units_come_back_at_most_once", "returned_units_are_sold_again_or_written_off"},
    ),
    "more units written off than were returned": (
        """
        INSERT INTO stock_movements VALUES (901, 11, 1, -2, 'write_off', 101, NULL, '2026-01-06T15:00Z');
        UPDATE inventory SET on_hand = on_hand - 2 WHERE warehouse_id = 11 AND product_id = 1
        """,
        {"units_come_back_at_most_once", "returned_units_are_sold_again_or_written_off"},
    ),
    "something written off that nobody sent back": (
        """
        INSERT INTO stock_movements VALUES (901, 11, 3, -1, 'write_off', 101, NULL, '2026-01-06T15:00Z');
        UPDATE inventory SET on_hand = on_hand - 1 WHERE warehouse_id = 11 AND product_id = 3
        """,
        {"units_come_back_at_most_once"},
    ),
    "something damaged put back on sale": (
        "UPDATE returns SET reason = 'damaged'",
        {"returned_units_are_sold_again_or_written_off"},
    ),
    "something damaged written off the day after": (
        """
        UPDATE returns SET reason = 'damaged';
        INSERT INTO stock_movements VALUES (901, 11, 1, -1, 'write_off', 101, NULL, '2026-01-06T16:00Z');
        UPDATE inventory SET on_hand = on_hand - 1 WHERE warehouse_id = 11 AND product_id = 1
        """,
        {"returned_units_are_sold_again_or_written_off"},
    ),
    "a return refunded of which no unit came in": (
        """
        DELETE FROM stock_movements WHERE movement_id = 801;
        UPDATE inventory SET on_hand = on_hand - 1 WHERE warehouse_id = 11 AND product_id = 1
        """,
        {"returned_units_are_sold_again_or_written_off"},
    ),
    "units that came in before their return was refunded": (
        """
        UPDATE returns SET refunded_at = NULL;
        DELETE FROM payments WHERE payment_id = 501
        """,
        {"returned_units_are_sold_again_or_written_off"},
    ),
    "an e-mail to nobody": (
        "UPDATE sessions SET channel = 'email' WHERE session_id = 202",
        {"email_brings_customers"},
    ),
    "a replenishment received with another quantity": (
        "UPDATE replenishments SET quantity = 2 WHERE replenishment_id = 101",
        {"replenishments_have_their_movement"},
    ),
    "a replenishment received without a movement": (
        "UPDATE replenishments SET received_at = '2026-01-06T19:00Z' WHERE replenishment_id = 102",
        {"replenishments_have_their_movement"},
    ),
    "a courier on two trips at once": (
        """
        INSERT INTO trips VALUES (401, 101, 201, '2026-01-06T19:45Z', NULL, 1, 1);
        INSERT INTO delivery_attempts VALUES (201, 2, 401, '2026-01-06T19:50Z', 'refused');
        UPDATE deliveries SET attempts = 2 WHERE delivery_id = 201
        """,
        {"courier_on_one_trip_at_a_time"},
    ),
    "a courier on two shifts at once": (
        "INSERT INTO courier_shifts VALUES (301, 101, '2026-01-06T19:00Z', '2026-01-06T23:00Z', NULL)",
        {"courier_on_one_shift_at_a_time"},
    ),
    "a trip begun after the shift": (
        "UPDATE courier_shifts SET ends_at = '2026-01-06T19:29Z' WHERE shift_id = 201",
        {"trips_within_their_shift"},
    ),
    "a trip of another courier's shift": (
        "UPDATE trips SET shift_id = 102 WHERE trip_id = 301",
        {"trips_within_their_shift"},
    ),
    "a shift that ended while its courier was out": (
        "UPDATE courier_shifts SET ended_at = '2026-01-06T20:00Z' WHERE shift_id = 201",
        {"trips_within_their_shift"},
    ),
    "a trip with a stop too many": (
        "UPDATE trips SET stops = 2 WHERE trip_id = 101",
        {"trips_made_their_stops"},
    ),
    "a trip that ended with a parcel still out": (
        "UPDATE trips SET ended_at = '2026-01-06T19:55Z' WHERE trip_id = 301",
        {"trips_made_their_stops"},
    ),
    "a parcel brought back by a courier who is still out": (
        "UPDATE trips SET stops = 2, brought_back = 1 WHERE trip_id = 301",
        {"trips_made_their_stops"},
    ),
    "a door rung at night": (
        """
        UPDATE sim.runs SET schema_version = 12, scenario_config = '{"slots": {"from_hour": 3.5, "until_hour": 7.5}}'
        """,
        {"nobody_is_rung_at_night"},
    ),
    "a door rung before the slot": (
        "UPDATE orders SET slot_starts_at = '2026-01-05T12:00:01Z' WHERE order_id = 101",
        {"nobody_rings_before_the_slot"},
    ),
    "slots of another length than the scenario's": (
        """UPDATE sim.runs SET schema_version = 12, scenario_config = '{"slots": {"hours": 2.5}}'""",
        {"slots_are_the_scenarios"},
    ),
    "goods taken in on a day off": (
        """
        UPDATE sim.runs SET schema_version = 12,
               scenario_config = '{"stock": {"receiving_days_per_week": 1, "received_by_hour": [1]}}'
        """,
        {"goods_come_in_by_day"},
    ),
    "goods taken in at an hour at which nobody is there": (
        """
        UPDATE sim.runs SET schema_version = 12, scenario_config = jsonb_build_object('stock', jsonb_build_object(
            'receiving_days_per_week', 7, 'received_by_hour', to_jsonb(array_fill(0, ARRAY[24]))))
        """,
        {"goods_come_in_by_day"},
    ),
    "a parcel with another promise than its order": (
        "UPDATE deliveries SET promised_at = '2026-01-06T14:01Z' WHERE delivery_id = 201",
        {"deliveries_agree_with_orders"},
    ),
    "a parcel dispatched at another time than its order": (
        "UPDATE deliveries SET dispatched_at = '2026-01-06T11:59Z' WHERE delivery_id = 201",
        {"deliveries_agree_with_orders"},
    ),
    "a parcel of an order that wasn't packed": (
        """
        INSERT INTO deliveries VALUES (102, 102, NULL, NULL, NULL, 'cancelled',
            '2026-01-06T02:50Z', '2026-01-06T18:00Z', NULL, NULL, 1, 0)
        """,
        {"deliveries_agree_with_orders"},
    ),
    "an attempt not counted": (
        "UPDATE deliveries SET attempts = 0 WHERE delivery_id = 201",
        {"attempts_counted"},
    ),
    "a delivered parcel whose last attempt failed": (
        "UPDATE delivery_attempts SET outcome = 'refused' WHERE delivery_id = 101",
        {"attempts_counted"},
    ),
    "an attempt after its trip": (
        "UPDATE delivery_attempts SET attempted_at = '2026-01-06T13:31Z' WHERE delivery_id = 201",
        {"attempts_within_their_trip"},
    ),
    "a parcel with another courier than its trip": (
        """
        UPDATE deliveries SET courier_id = 201 WHERE delivery_id = 101;
        INSERT INTO couriers VALUES (201, 11, 'Cy Ghost', 'van', '2026-01-05T00:00Z')
        """,
        {"attempts_within_their_trip"},
    ),
    "a loyalty balance that isn't the sum": (
        "UPDATE loyalty_transactions SET points = 11 WHERE customer_id = 101 AND seq = 2",
        {"loyalty_balance_is_the_running_sum", "lifetime_points_are_what_was_earned"},
    ),
    "points that aren't the last balance": (
        "UPDATE customers SET loyalty_points = 41 WHERE customer_id = 101",
        {"customer_points_are_the_last_balance"},
    ),
    "a tier that isn't the last one": (
        "UPDATE customers SET loyalty_tier = 'gold' WHERE customer_id = 101",
        {"customer_points_are_the_last_balance"},
    ),
    "points without any transaction": (
        "UPDATE customers SET loyalty_points = 5 WHERE customer_id = 301",
        {"customer_points_are_the_last_balance"},
    ),
    "a lifetime point that was never earned": (
        "UPDATE customers SET lifetime_points = 41 WHERE customer_id = 101",
        {"lifetime_points_are_what_was_earned"},
    ),
    "a lifetime that counts points spent": (
        "UPDATE loyalty_transactions SET reason = 'redemption' WHERE customer_id = 101 AND seq = 2",
        {"lifetime_points_are_what_was_earned"},
    ),
    "lifetime points without any transaction": (
        "UPDATE customers SET lifetime_points = 1 WHERE customer_id = 301",
        {"lifetime_points_are_what_was_earned"},
    ),
    "points for somebody else's order": (
        "UPDATE loyalty_transactions SET order_id = 102 WHERE customer_id = 101 AND seq = 2",
        {"points_move_for_own_orders"},
    ),
    "a broken chain of satisfaction": (
        "UPDATE truth.satisfaction_changes SET delta = -4 WHERE customer_id = 301 AND seq = 2",
        {"satisfaction_is_a_chain"},
    ),
    "satisfaction that isn't the last one": (
        "UPDATE truth.customer_traits SET satisfaction = 43 WHERE customer_id = 301",
        {"customer_satisfaction_is_the_last_change"},
    ),
    "a customer who is nobody": (
        "DELETE FROM truth.customer_traits WHERE customer_id = 102",
        {"everybody_is_somebody"},
    ),
    "a customer who registers without traits": (
        """
        UPDATE sim.runs SET schema_version = 14;
        UPDATE truth.customer_traits SET usual_channel = NULL WHERE customer_id = 201
        """,
        {"everybody_is_somebody"},
    ),
    "a product without traits, where others have some": (
        "DELETE FROM truth.product_traits WHERE product_id = 2",
        {"traits_of_all_products_or_none"},
    ),
    "a reason in truth besides the one that is seen": (
        "INSERT INTO truth.exit_reasons VALUES (301, 'whim')",
        {"a_loss_has_one_reason"},
    ),
    "a reason in truth for an order": (
        "INSERT INTO truth.exit_reasons VALUES (101, 'whim')",
        {"a_loss_has_one_reason"},
    ),
    "a loss without any reason": (
        "UPDATE sessions SET exit_reason = NULL WHERE session_id = 302",
        {"a_loss_has_one_reason"},
    ),
    "a cart left for something else than its visit": (
        "UPDATE carts SET abandon_reason = 'promise' WHERE cart_id = 301",
        {"carts_are_left_as_their_visits"},
    ),
    "a survey answered before the delivery": (
        "UPDATE survey_answers SET answered_at = '2026-01-05T11:59Z'",
        {"surveys_are_answered_after_the_delivery"},
    ),
    "a survey answered by somebody else": (
        "UPDATE survey_answers SET customer_id = 301",
        {"surveys_are_answered_after_the_delivery"},
    ),
    "a score beyond ten": (
        "UPDATE survey_answers SET score = 11",
        {"surveys_are_answered_after_the_delivery"},
    ),
    "a return before the delivery": (
        "UPDATE returns SET requested_at = '2026-01-05T11:59Z'",
        {"returns_of_what_was_delivered"},
    ),
    "more units returned than ordered": (
        "UPDATE returns SET quantity = 2",
        {
            "returns_of_what_was_delivered",
            "returns_refund_the_units_sent_back",
            "returned_units_are_sold_again_or_written_off",
        },
    ),
    "a refund that takes no part of the discount": (
        """
        UPDATE returns SET refund_amount = 20.00;
        UPDATE payments SET amount = 20.00 WHERE payment_id = 501
        """,
        {"returns_refund_the_units_sent_back"},
    ),
    "five stars for what came too late": (
        """
        UPDATE returns SET reason = 'too_late';
        UPDATE orders SET promised_at = '2026-01-05T11:30Z' WHERE order_id = 101;
        UPDATE deliveries SET promised_at = '2026-01-05T11:30Z' WHERE order_id = 101
        """,
        {"too_late_is_said_of_what_came_late"},
    ),
    "too late, and yet in time": (
        "UPDATE returns SET reason = 'too_late'; UPDATE reviews SET rating = 2",
        {"too_late_is_said_of_what_came_late"},
    ),
    "a review before the delivery": (
        "UPDATE reviews SET created_at = '2026-01-05T11:59Z'",
        {"reviews_of_what_was_delivered"},
    ),
    "a review of something not ordered": (
        "UPDATE reviews SET product_id = 2",
        {"reviews_of_what_was_delivered"},
    ),
    "two orders from one cart": (
        """
        CREATE TEMP TABLE twin ON COMMIT DROP AS SELECT * FROM orders WHERE order_id = 201;
        UPDATE twin SET order_id = 501;
        INSERT INTO orders SELECT * FROM twin;
        INSERT INTO order_items SELECT 501, line_no, product_id, quantity, unit_price
        FROM order_items WHERE order_id = 201;
        INSERT INTO order_status_changes SELECT 501, seq, status, changed_at
        FROM order_status_changes WHERE order_id = 201
        """,
        {"at_most_one_order_a_cart"},
    ),
    "an incident from the future": (
        "UPDATE sim.incidents SET began_at = '2026-01-06T20:01Z', ends_at = '2026-01-07T00:01Z' WHERE incident_id = 2",
        {"incidents_lie_in_their_time_and_place"},
    ),
    "an incident that is shorter than it was meant to be": (
        "UPDATE sim.incidents SET ends_at = '2026-01-05T14:59Z' WHERE incident_id = 1",
        {"incidents_lie_in_their_time_and_place"},
    ),
    "an incident that is longer than it was meant to be": (
        "UPDATE sim.incidents SET ends_at = '2026-01-05T15:01Z', end_asked_at = now() WHERE incident_id = 1",
        {"incidents_lie_in_their_time_and_place"},
    ),
    "an incident in another city than its warehouse": (
        "UPDATE sim.incidents SET city_id = 1 WHERE incident_id = 2",
        {"incidents_lie_in_their_time_and_place"},
    ),
    "an incident of the scenario with a number of those by hand": (
        "UPDATE sim.incidents SET incident_id = 6 WHERE incident_id = 1",
        {"incidents_lie_in_their_time_and_place"},
    ),
    "a pick begun in an outage": (
        """
        UPDATE sim.incidents SET city_id = 1, warehouse_id = 11, began_at = '2026-01-05T08:30Z',
            ends_at = '2026-01-05T12:30Z' WHERE incident_id = 2
        """,
        {"nobody_begins_work_in_an_outage"},
    ),
    "packing begun in an outage of the whole city": (
        """
        UPDATE sim.incidents SET city_id = 1, warehouse_id = NULL, began_at = '2026-01-05T09:10Z',
            ends_at = '2026-01-05T13:10Z' WHERE incident_id = 2
        """,
        {"nobody_begins_work_in_an_outage"},
    ),
    "a payment captured while the provider is out": (
        "UPDATE sim.incidents SET began_at = '2026-01-05T08:05Z', ends_at = '2026-01-05T09:05Z' WHERE incident_id = 3",
        {"payments_fail_with_their_provider"},
    ),
    "a payment that the provider declined on an ordinary day": (
        "UPDATE payments SET decline_reason = 'provider_unavailable' WHERE payment_id = 201",
        {"payments_fail_with_their_provider"},
    ),
    "stock carried over from movements that never were": (
        "INSERT INTO sim.carried_stock VALUES (11, 1, 5)",
        {"stock_is_the_sum_of_its_movements"},
    ),
    "points carried over that were never earned": (
        "INSERT INTO sim.carried_customers (customer_id, loyalty_points, lifetime_points) VALUES (101, 5, 5)",
        {"loyalty_balance_is_the_running_sum", "lifetime_points_are_what_was_earned"},
    ),
    "a later transaction carried over than any that is there": (
        "INSERT INTO sim.carried_customers (customer_id, loyalty_seq, loyalty_tier) VALUES (101, 99, 'gold')",
        {"loyalty_balance_is_the_running_sum", "customer_points_are_the_last_balance"},
    ),
    "a satisfaction carried over that does not lead to the next": (
        "INSERT INTO truth.carried_satisfaction VALUES (101, 0, 7)",
        {"satisfaction_is_a_chain"},
    ),
    "a chain of satisfaction that begins too late": (
        "DELETE FROM truth.satisfaction_changes WHERE customer_id = 301 AND seq = 1",
        {"satisfaction_is_a_chain"},
    ),
    "more attempts than stops, on a trip of a past that was cut off": (
        """
        INSERT INTO sim.retention VALUES (true, '2026-01-06T19:00Z');
        UPDATE trips SET stops = 0 WHERE ended_at IS NOT NULL
        """,
        {"trips_made_their_stops", "attempts_within_their_trip"},
    ),
    "a trip begun by a striker": (
        "UPDATE sim.incidents SET began_at = '2026-01-05T10:30Z', ends_at = '2026-01-05T12:30Z' WHERE incident_id = 1",
        {"strikers_neither_come_nor_leave"},
    ),
    "a shift begun by a striker": (
        "UPDATE sim.incidents SET began_at = '2026-01-05T08:30Z', ends_at = '2026-01-05T10:30Z' WHERE incident_id = 1",
        {"strikers_neither_come_nor_leave"},
    ),
}

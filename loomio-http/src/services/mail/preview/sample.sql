-- What the previews of mails are about. It is put into a transaction that is never
-- committed. The numbers are so large that nothing stored can have them.
insert into users (id, name, email, username, email_verified, key, unsubscribe_token, email_api_key, email_catch_up_day, time_zone, created_at, updated_at) values
  (2100000001, 'Rosa Reader', 'rosa@preview.example', 'preview-rosa', true, 'previewA', 'preview-rosa-unsubscribes', 'rosakey', 7, 'UTC', now() - interval '1 month', now()),
  (2100000002, 'Wim Writer', 'wim@preview.example', 'preview-wim', true, 'previewB', 'preview-wim-unsubscribes', 'wimkey', 7, 'UTC', now() - interval '1 month', now()),
  (2100000003, 'Old Rosa', 'old-rosa@preview.example', 'preview-old-rosa', true, 'previewC', 'preview-old-rosa-unsubscribes', 'oldrosakey', 7, 'UTC', now() - interval '1 month', now());
insert into groups (id, name, handle, key, description, description_format, full_name, creator_id, created_at, updated_at) values
  (2100000001, 'Preview Allotments', 'preview-allotments', 'previewA', 'We share twelve plots by the canal, a shed and a water pump.', 'md', 'Preview Allotments', 2100000002, now() - interval '1 month', now()),
  (2100000002, 'Preview Orchard', 'preview-orchard', 'previewB', 'Apples, pears and who picks them.', 'md', 'Preview Orchard', 2100000002, now() - interval '1 month', now());
insert into memberships (id, group_id, user_id, inviter_id, admin, accepted_at, token, volume, created_at, updated_at) values
  (2100000001, 2100000001, 2100000001, 2100000002, true, now(), 'preview-member-rosa', 3, now(), now()),
  (2100000002, 2100000001, 2100000002, 2100000002, true, now(), 'preview-member-wim', 2, now(), now()),
  (2100000003, 2100000002, 2100000001, 2100000002, false, null, 'preview-invited-rosa', 2, now(), now());
insert into membership_requests (id, group_id, requestor_id, introduction, created_at, updated_at) values
  (2100000001, 2100000001, 2100000002, 'I live next door and would like to share a plot.', now(), now());
insert into discussions (id, key, title, description, description_format, author_id, group_id, tags, created_at, updated_at, last_activity_at, private) values
  (2100000001, 'previewA', 'The water pump is old', '<p>It has been repaired <strong>three times</strong> this year. What do we do about it?</p><ul><li>Repair it once more</li><li>Buy a new one</li></ul><blockquote>A pump lasts fifteen years, they say.</blockquote>', 'html', 2100000002, 2100000001, '{water,money}', now() - interval '2 hours', now(), now(), true);
insert into comments (id, body, body_format, user_id, discussion_id, parent_type, parent_id, created_at, updated_at) values
  (2100000001, '<p>@preview-rosa, did you not keep the bill? Here is what others paid: <a href="https://example.org/pumps?a=1&amp;b=2">a list of pumps</a>.</p>', 'html', 2100000002, 2100000001, 'Discussion', 2100000001, now() - interval '1 hour', now());
insert into polls (id, key, title, details, details_format, author_id, group_id, discussion_id, poll_type, chart_type, closing_at, closed_at, voters_count, undecided_voters_count, stance_counts, custom_fields, quorum_pct, created_at, updated_at) values
  (2100000001, 'previewA', 'Buy a new pump for 400?', '<p>It would come in spring, with a guarantee of five years.</p>', 'html', 2100000002, 2100000001, 2100000001, 'proposal', 'pie', now() + interval '3 days', null, 3, 1, '[1, 1, 0]', '{}', 50, now() - interval '1 hour', now()),
  (2100000002, 'previewB', 'When do we dig?', '<p>Bring boots.</p>', 'html', 2100000002, 2100000001, null, 'meeting', 'grid', now() - interval '1 day', now() - interval '1 day', 2, 0, '[2, 1]', '{"meeting_duration": 90, "time_zone": "UTC", "can_respond_maybe": true}', null, now() - interval '3 days', now());
insert into poll_options (id, poll_id, name, icon, meaning, prompt, priority, voter_scores, score_counts, total_score, voter_count) values
  (2100000001, 2100000001, 'Agree', 'agree', 'I am for it', 'Why?', 0, '{"2100000002": 1}', '{"1": 1}', 1, 1),
  (2100000002, 2100000001, 'Abstain', 'abstain', 'I go along either way', null, 1, '{"2100000003": 1}', '{"1": 1}', 1, 1),
  (2100000003, 2100000001, 'Disagree', 'disagree', 'I am against it', null, 2, '{}', '{}', 0, 0),
  (2100000004, 2100000002, to_char(now() + interval '9 days', 'YYYY-MM-DD"T"10:00:00.000"Z"'), null, null, null, 0, '{"2100000001": 2, "2100000002": 2}', '{"2": 2}', 4, 2),
  (2100000005, 2100000002, to_char(now() + interval '10 days', 'YYYY-MM-DD"T"14:00:00.000"Z"'), null, null, null, 1, '{"2100000002": 1}', '{"1": 1}', 1, 1);
insert into stances (id, poll_id, participant_id, reason, reason_format, cast_at, token, option_scores, latest, created_at, updated_at) values
  (2100000001, 2100000001, 2100000001, null, 'html', null, 'preview-stance-rosa', '{}', true, now(), now()),
  (2100000002, 2100000001, 2100000002, '<p>The old one costs us every month.</p>', 'html', now(), 'preview-stance-wim', '{"2100000001": 1}', true, now(), now()),
  (2100000003, 2100000002, 2100000001, null, 'html', now(), 'preview-stance-rosa-dig', '{"2100000004": 2}', true, now(), now()),
  (2100000004, 2100000002, 2100000002, null, 'html', now(), 'preview-stance-wim-dig', '{"2100000004": 2, "2100000005": 1}', true, now(), now());
insert into stance_choices (id, stance_id, poll_option_id, score, created_at, updated_at) values
  (2100000001, 2100000002, 2100000001, 1, now(), now()), (2100000002, 2100000003, 2100000004, 2, now(), now()),
  (2100000003, 2100000004, 2100000004, 2, now(), now()), (2100000004, 2100000004, 2100000005, 1, now(), now());
insert into outcomes (id, poll_id, author_id, statement, statement_format, latest, poll_option_id, custom_fields, review_on, created_at, updated_at) values
  (2100000001, 2100000002, 2100000002, '<p>We dig in the morning. Whoever has a spade brings it.</p>', 'html', true, 2100000004, '{"event_summary": "Digging", "event_description": "Spades and boots", "event_location": "By the canal"}', current_date, now(), now());
insert into login_tokens (id, user_id, token, code, created_at, updated_at) values (2100000001, 2100000001, 'preview-sign-in', 123456, now(), now());
insert into documents (id, model_type, title, doctype, color, author_id, created_at, updated_at) values (2100000001, 'Group', 'export.json', 'json', '#000000', 2100000001, now(), now());
insert into active_storage_blobs (id, key, filename, content_type, metadata, byte_size, checksum, created_at, service_name) values
  (2100000001, 'previewpreviewpreviewpreview', 'export.json', 'application/json', '{"identified":true}', 2, 'mZFLky', now(), 'local'),
  (2100000002, 'previewpreviewpreviewpreviex', 'bill of 2019.pdf', 'application/pdf', '{"identified":true}', 20480, 'mZFLkz', now(), 'local');
insert into active_storage_attachments (id, name, record_type, record_id, blob_id, created_at) values
  (2100000001, 'file', 'Document', 2100000001, 2100000001, now()), (2100000002, 'files', 'Comment', 2100000001, 2100000002, now());
insert into tasks (id, record_type, record_id, author_id, uid, name, done, due_on, created_at, updated_at) values
  (2100000001, 'Discussion', 2100000001, 2100000002, 1, 'Ask three shops for a price', false, current_date + 2, now(), now());
insert into tasks_users (id, task_id, user_id, created_at, updated_at) values (2100000001, 2100000001, 2100000001, now(), now());
-- Whoever tries to commit this is refused: the second row that the first one needs
-- is never there.
create temporary table never_committed (id integer primary key, needs integer references never_committed (id) deferrable initially deferred);
insert into never_committed values (1, 2);

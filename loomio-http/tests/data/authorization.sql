-- What the authorization tests add to the end of the story: people in every role,
-- and something of everything that can be told to the wrong one.
update users set encrypted_password = (select encrypted_password from users where id = 1), email_verified = true;
update users set is_admin = true, name = 'Zed Site' where id = 18;
update memberships set delegate = true where group_id = 1 and user_id = 8;
insert into users (id, name, email, email_verified, encrypted_password, key, username, created_at, updated_at)
  select 150, 'Pia Pollguest', 'pia@guests.net', true, encrypted_password, 'piapiapi', 'pia', created_at, updated_at from users where id = 1
  union all select 151, 'Sue Subgroup', 'sue@example.com', true, encrypted_password, 'suesuesu', 'sue', created_at, updated_at from users where id = 1;
insert into memberships (id, group_id, user_id, accepted_at, created_at, updated_at) values (150, 2, 151, now(), now(), now());
insert into stances (id, poll_id, participant_id, inviter_id, guest, latest, token, created_at, updated_at) values (150, 11, 150, 1, true, true, 'tokenofpia', now(), now());
insert into documents (id, title, url, doctype, color, author_id, model_type, model_id, group_id, created_at, updated_at) values
  (150, 'Rules', 'https://example.org/rules', 'other', '#000', 1, 'Group', 1, 1, now(), now()), (151, 'Quote', 'https://example.org/quote', 'other', '#000', 1, 'Discussion', 1, 1, now(), now());
insert into active_storage_blobs (id, key, filename, content_type, metadata, byte_size, checksum, service_name, created_at) values (150, 'blobofauthorization000000000', 'plan.pdf', 'application/pdf', '{}', 5, 'x', 'test', now());
insert into active_storage_attachments (id, name, record_type, record_id, blob_id, created_at) values (150, 'files', 'Group', 1, 150, now());
insert into received_emails (id, group_id, headers, body_text, dkim_valid, spf_valid, released, created_at, updated_at) values
  (150, 1, '"from"=>"Eve <eve@elsewhere.org>", "to"=>"riverside@reply.example.org", "subject"=>"Hello"', 'Hello', true, true, false, now(), now());
insert into member_email_aliases (id, group_id, user_id, author_id, email, require_dkim, require_spf, created_at, updated_at) values (150, 1, 2, 1, 'ben@other.example', false, false, now(), now());
insert into membership_requests (id, group_id, requestor_id, response, responder_id, responded_at, introduction, created_at, updated_at) values
  (150, 1, 5, 'ignored', 1, now(), 'Let me in', now(), now()), (151, 1, 151, null, null, null, 'Me too', now(), now());
insert into discussion_templates (id, key, group_id, author_id, title, process_name, process_subtitle, public, tags, created_at, updated_at) values
  (150, null, 1, 1, 'Own', 'Own', 'Ours', false, '{}', now(), now()), (151, null, 1, 1, 'Shared', 'Shared', 'For all', true, '{shared}', now(), now());
insert into poll_templates (id, group_id, author_id, poll_type, process_name, process_subtitle, title, created_at, updated_at) values (150, 1, 1, 'proposal', 'Own', 'Ours', 'Own', now(), now());
insert into translations (id, translatable_type, translatable_id, language, fields, created_at, updated_at) values (150, 'Discussion', 1, 'de', '"title"=>"Dach"', now(), now());
insert into tasks (id, record_type, record_id, author_id, uid, name, done, created_at, updated_at) values (150, 'Discussion', 1, 2, 150, 'Call the roofer', false, now(), now());
insert into tasks_users (id, task_id, user_id, created_at, updated_at) values (150, 150, 4, now(), now());
insert into demos (id, author_id, group_id, name, recorded_at, demo_handle, created_at, updated_at) values (150, 1, 2, 'Try it', now(), 'try', now(), now());
update users set email_api_key = 'key of ' || username;
insert into documents (id, title, url, doctype, color, author_id, model_type, model_id, group_id, created_at, updated_at) values (152, 'Minutes', 'https://example.org/minutes', 'other', '#000', 1, 'Group', 3, 3, now(), now());
insert into membership_requests (id, group_id, requestor_id, introduction, created_at, updated_at) values (152, 3, 5, 'And here', now(), now());

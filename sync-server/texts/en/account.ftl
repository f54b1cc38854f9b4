# The account.

account = My account
account-you = You
account-unverified = This address is not confirmed yet. The link is in your mail.
account-send-check = Send the link again
account-language = Language of pages and e-mails
save = Save
email = E-mail address
password = Password
password-help = At least 10 characters; a few words in a row do very well.
password-new = New password
password-current = Current password
password-change = Change the password
password-none = Your account has no password. You can choose one by e-mail.
password-choose = Choose a password
login-title = Log in
login-forgot = Forgotten password
login-new = No account yet? You need none to buy; it keeps your tickets in one place.
link-by-mail = Get a link by e-mail
link-title = Log in by e-mail
link-ask = Without a password: we send you a link, good for 15 minutes.
link-ask-button = Send the link
link-lead = You are about to log in with the address { $email }.
register-title = Create an account
register-lead = Your orders and tickets in one place. No advertising.
register-button = Create my account
register-known = Already have an account?
verify-title = Your address
verify-lead = One click, and we know that this address is yours.
verify-button = Confirm my address
verify-done = Your address is confirmed.
reset-title = New password
reset-ask = We send you a link, good for one hour.
reset-ask-button = Send the link
reset-choose = At least 10 characters; a few words in a row do very well. Your open log-ins will end.
reset-choose-button = Change the password
reset-done = Your password is changed. All log-ins are closed.
link-asked = If there is an account with this address, a link is on its way. Look at your mail.
error-account-name = Write a name, of 100 letters at most.
error-password = It takes between 10 and 256 characters. Nothing was changed.
problem-credentials = The address or the password is wrong. Try again, or ask for a new password.
problem-known-address = There is an account with this address. Log in, or ask for a new password.
problem-link = This link was used already, or its time is over. Nothing was changed. Ask for a new one.
problem-only-owner = You are the only owner of an organizer. Make somebody else an owner first; nothing was erased.
done-profile = Saved.
done-password = Your password is changed. All other log-ins are closed.
done-check = The link is on its way. Look at your mail.
done-session = That log-in is closed.
done-sessions = All other log-ins are closed.
second-title = Log-in in two steps
second-why = After the password, a code from your phone. Advised for whoever runs events.
second-begin = Turn on
second-see = Manage
second-badge = On
second-lead = Read this picture with a code app (Aegis, 2FAS, Google Authenticator…), then type the code that it shows.
second-secret = Without a camera, type this key into the app:
second-code-app = Six-digit code
second-code = Code of the app, or recovery code
second-on = Turn on the second step
second-off = Turn off the second step
second-is-on = The second step is on.
second-paper = These are your recovery codes, for the day without the phone. Each is good once. Print them or write them down: they are not shown again.
second-paper-new = New recovery codes
second-ask = Open your code app and type what it shows. Without the phone a recovery code does as well.
problem-step-over = That took too long. Log in again.
problem-code = This code is not the one of now, or it was used already. Wait for the next one.
passkey = Passkey
passkeys-title = Passkeys
passkeys-why = Log in with a finger, a glance or your device’s code, without a password. The key stays on the device; it stands for both steps.
passkey-log-in = Log in with a passkey
passkey-add = Add a passkey
passkey-name = Name of the passkey
passkey-name-help = To know it again: “Camille’s phone”, “Office key”.
passkey-rename = Rename
passkey-remove = Remove
passkey-remove-named = Remove { $name }
passkey-since = Added on { $when }
passkey-used = Last log-in on { $when }
passkey-script = To add one, allow JavaScript in your browser.
passkey-failed = Nothing happened: the device has no passkey for this site, or the question was closed. Try again, or log in another way.
problem-passkey = This passkey opens no account here. Log in by password or by e-mail, then add it in your account.
problem-passkey-over = That took too long, nothing was added. Start again.
problem-passkey-new = The device gave no passkey that we can keep. Nothing was added; try another device.
problem-passkey-many = You already have twenty passkeys. Remove one first.
done-passkey = Your passkey is added.
done-passkey-gone = This passkey no longer opens your account. Delete it on the device, too.
elsewhere-go = Continue with { $provider }
elsewhere-title = Log in by another account
elsewhere-why = An account that you already have elsewhere can open this one. We receive only your name and address from it.
elsewhere-since = Linked on { $when }
elsewhere-part = Unlink
elsewhere-part-named = Unlink { $provider }
joined-title = Log in with { $provider }
joined-join = Link { $provider } to your account { $account }? You can then log in that way.
joined-join-button = Link { $provider }
joined-not = Do not link
joined-make = { $provider } confirms that you are { $email }. There is no account with this address yet; do you want to create one?
joined-log-in = There is an account with the address { $email }. To link { $provider } to it, log in once as usual: that way nobody else can get in.
joined-no-email = { $provider } gave us no e-mail address. Create an account or log in; you can link it afterwards.
done-joined = The two accounts are linked.
done-parted = That account no longer opens yours.
problem-oidc-declined = { $provider } did not confirm the log-in. Try again, or log in another way.
problem-oidc-away = { $provider } is not answering as it should right now. Try again later, or log in another way.
problem-oidc-refused = The answer of { $provider } is not good, nobody was logged in. Start again.
problem-oidc-joined = That account elsewhere is already linked to another account here. Nothing was changed.
invitation-title = Invitation to a team
invitation-lead = { $organizer } invites you to its team, with the role “{ $role }”. { $means }
invitation-join = Join the team
invitation-known = Your address already has an account. Log in, then accept the invitation.
invitation-another = This invitation is for another address than your account’s. Log out, then open the link again.
invitation-over = Ask the person who sent it for a new invitation.
problem-invitation = This invitation was used already, was withdrawn, or its time is over.
sessions-title = Log-ins
session-this = This device
session-since = Since { $when }
session-end = Close
sessions-end-others = Close all others
session-browser = Browser
session-program = Program
data-title = Your data
data-lead = All that we keep of you, in one file that programs can read.
data-export = Download my data
erase-title = Erase my account
erase-what = Your name, address, password, log-ins and rights with organizers are erased at once. Nobody can undo it.
erase-kept = The law has us keep paid orders for ten years, with the name and address given when buying (French commercial code, article L123-22).
erase-tickets = Your tickets stay good: they open by the link in the e-mail.
erase-button = Erase for good
erase-no-password = To be sure that it is you we ask for your password. This account has none: choose one first.
erase-back = Keep my account
erased-title = Your account is erased
erased-text = Your tickets stay good by the link in the e-mail. Goodbye, and thank you.
orders-title = Orders and tickets
orders-none = Nothing here yet. What you buy when logged in comes to this page.
orders-take = Add to my account
orders-unverified = Confirm your address to find here what you had bought without an account. The link is in your mail.
orders-refunded = Refunded
orders-more = Older orders
order-keep = Add to my account
order-keep-login = Log in to keep this order in my account

problem-tries = { $count ->
    [one] Too many tries for this account. Try again in { $count } second.
   *[other] Too many tries for this account. Try again in { $count } seconds.
}
second-left = { $count ->
    [one] { $count } recovery code is left.
   *[other] { $count } recovery codes are left.
}
fields-count = { $count ->
    [one] { $count } field to correct. Nothing was saved.
   *[other] { $count } fields to correct. Nothing was saved.
}
orders-found = { $count ->
    [one] { $count } order was made without an account with your address.
   *[other] { $count } orders were made without an account with your address.
}

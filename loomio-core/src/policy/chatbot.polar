# Chatbots: who may do what. One rule is one way to be allowed.

chatbot("create", f) if f.group_admin = true;
chatbot("update", f) if f.group_admin = true;
chatbot("destroy", f) if f.group_admin = true;
chatbot("test", f) if f.group_admin = true;
